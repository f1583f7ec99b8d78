"""What matters in a made-up person's life, and how they speak of it. All of it is invented.

Each line of a fact: how it is told (first, then again in other words), what asks for it, what calls for it in passing,
and what a companion who remembered would reply. Words in braces are cast anew for every seed (`CAST`).
"""

from __future__ import annotations

from typing import NamedTuple


class Fact(NamedTuple):
    """Alternatives are separated by " | ". `boundary`: it must never be lost."""

    told: str
    asked: str
    called_for: str
    reply: str
    boundary: bool = False


_HEALTH = (
    Fact("I'm allergic to {nut}, badly enough that I carry an adrenaline pen. | {nut} are poison for me, remember.",
         "Which food am I allergic to?", "What could I bake for Friday that I can eat as well?",
         "Nothing with {nut}, because of your allergy and the adrenaline pen. A lemon sponge would be safe."),
    Fact("My doctor is called Dr {surname}, and her practice is above the {shop}.",
         "What is the name of my doctor? | Where is my doctor's practice?", "I should get that cough looked at.",
         "Dr {surname} above the {shop} could have a look at it."),
    Fact("I take thyroid tablets every morning, {number} micrograms. | My thyroid tablets make the mornings slow.",
         "What medicine do I take every morning?", "I always forget something when I get up early.",
         "Put the thyroid tablets beside your toothbrush, all {number} micrograms of them."),
    Fact("My left knee was operated on in {year} and stairs still hurt. | That knee operation of {year} never healed.",
         "Which knee was operated on? | What is wrong with my knee?", "Should I take the tower tour with them?",
         "With the left knee that was operated on, many stairs may hurt."),
    Fact("I get migraines from red wine and from {trigger}.", "What gives me migraines?",
         "My head is splitting again and I don't know why.",
         "Was it red wine or {trigger}? Those bring your migraines."),
    Fact("My blood type is {blood}, I found out when I donated.", "What is my blood type?",
         "They have put up a poster asking for donors.", "Your blood is {blood}; you donated before."),
    Fact("I can't hear well on my right ear since a {accident} as a child. | My right ear is the deaf one.",
         "On which ear do I hear badly?", "Where should I sit at the long table?",
         "With your right ear to the wall, since the {accident} took most of its hearing."),
    Fact("I've been sober since {month} {year}, not a drop. | I don't drink, not since {month} {year}.",
         "Since when have I been sober?", "They all want to meet in a bar tonight.",
         "You have been sober since {month} {year}; a bar with good lemonade, perhaps.", True),
    Fact("I see a therapist, Ms {therapist}, every second Tuesday.",
         "Who is my therapist? | When do I see my therapist?",
         "There is something I need to talk over with a professional.",
         "Ms {therapist} could hear about it on the next second Tuesday."),
    Fact("Needles make me faint; I went down at the {place} clinic once.", "What makes me faint?",
         "They want to take some blood tomorrow.", "Tell them that needles make you faint, as in {place}."),
    Fact("My dentist {dentist} says that I grind my teeth at night and need a splint.",
         "Who is my dentist? | Why do I need a splint?", "My jaw is sore this morning.",
         "That may be the grinding; {dentist} spoke of a splint for the night."),
    Fact("I have asthma and use the {colour} inhaler before running.", "Which inhaler do I use before running?",
         "I want to try the hill sprint later.", "Take the {colour} inhaler first, for your asthma."),
)  # fmt: skip
_FAMILY = (
    Fact("My sister {sister} is a {sister_job} and lives near {place}. | {sister}, my sister, still works as a "
         "{sister_job}.", "What does my sister do for a living? | What is my sister called?",
         "I want to send something to my sister.", "Something for a {sister_job} such as {sister}, then."),
    Fact("My brother {brother} and I have not spoken since our father's funeral.",
         "Why are my brother and I not talking?", "There was a missed call from my brother.",
         "{brother} called, after all the silence since the funeral of your father? That is big."),
    Fact("My mother's name is {mother}, and she grew up on a {farm} farm.", "What is my mother called? | Where did my "
         "mother grow up?", "Mum is coming for the weekend.", "{mother} may like the market, having grown up on a "
         "{farm} farm."),
    Fact("My father died of a stroke when I was {age}.", "How did my father die? | How old was I when my father died?",
         "Father's day is everywhere in the shops.",
         "Your father died of a stroke when you were {age}; that day is hard."),
    Fact("My niece {niece} was born deaf, so we all learned sign language.", "Why did my family learn sign language?",
         "My niece is staying with us on Saturday.", "Then {niece} and you can sign all the way to breakfast."),
    Fact("Grandma {grandma} taught me to bake her {cake} when I was little.", "Who taught me to bake? | What did my "
         "grandmother teach me?", "I feel like baking something old-fashioned.", "The {cake} of grandma {grandma}!"),
    Fact("My son {son} has coeliac disease and can't eat gluten. | We cook without gluten for {son}.",
         "What can my son not eat?", "What shall I put into the lunch box?",
         "Something without gluten for {son}: rice balls, with his coeliac disease in mind."),
    Fact("My daughter {daughter} plays the {instrument} in the youth orchestra.",
         "Which instrument does my daughter play?",
         "My daughter has a big evening ahead.", "Is {daughter} playing her {instrument} with the youth orchestra?"),
    Fact("My aunt {aunt} left me her {heirloom}, it stands in the hall.", "What did my aunt leave me?",
         "I'm clearing out the hall.", "But the {heirloom} of aunt {aunt} stays, surely."),
    Fact("My cousin {cousin} owes me {money} euros since the {festival}.",
         "Who owes me money? | How much does my cousin "
         "owe me?", "I'm short of cash this month.", "{cousin} still owes you {money} euros from the {festival}."),
    Fact("My in-laws only speak {language}, so dinners there are quiet.", "Which language do my in-laws speak?",
         "We are invited to my in-laws on Sunday.", "A few words of {language} would please them at dinner."),
    Fact("Our wedding anniversary is on the {day} of {month2}.", "When is our wedding anniversary?",
         "I need an idea for a present for the two of us.", "For the anniversary on the {day} of {month2}?"),
)  # fmt: skip
_HOME = (
    Fact("My dog {dog} is a {breed} and terrified of thunder. | {dog} hid from the thunder again.",
         "What breed is my dog? | What is my dog afraid of?", "The sky looks like a storm, and we need to go out.",
         "{dog} is terrified of thunder; go out with your {breed} before it breaks."),
    Fact("My neighbour {neighbour} keeps our spare key.", "Who has our spare key?", "I locked myself out, what now?",
         "Ring at {neighbour}'s, who keeps the spare key."),
    Fact("The boiler is serviced by a firm called {firm}.", "Who services our boiler?", "There is no hot water today.",
         "Call {firm}, who service the boiler."),
    Fact("The cellar floods whenever it rains for more than {number2} hours.", "When does the cellar flood?",
         "It has been raining since yesterday evening.",
         "More than {number2} hours? Look after the cellar before it floods."),
    Fact("I planted a {tree} tree in the yard for my {age2}th birthday.", "Which tree did I plant for my birthday?",
         "The garden looks so bare.", "The {tree} tree of your {age2}th birthday will leaf soon."),
    Fact("Our landlord Mr {landlord} forbids barbecues on the balcony.", "What does our landlord forbid?",
         "We want to have people over and grill.", "Mr {landlord} forbids a barbecue on the balcony; try the park."),
    Fact("The wifi password at home is {password}.", "What is the wifi password at home?",
         "A guest is asking how to get online.", "Tell them the password: {password}."),
    Fact("My bicycle is a {colour2} {maker}, frame number ending in {digits}.",
         "What does my bicycle look like? | What "
         "does my frame number end in?", "Somebody stole my bicycle!",
         "Report a {colour2} {maker}, the frame number ends in {digits}."),
    Fact("I keep the insurance papers in the {box} box under the bed.", "Where are my insurance papers?",
         "A form wants the number of my policy.", "The insurance papers are in the {box} box under the bed."),
    Fact("Our cat {cat} has diabetes and gets insulin twice a day.", "What illness does our cat have?",
         "A friend will look after the house while we are away.", "They must give {cat} insulin twice a day."),
    Fact("I grew up in {village}, a village of barely {people} people.", "Where did I grow up?",
         "I dreamt of my childhood.", "Of {village} and its {people} people?"),
    Fact("The attic is full of my ex-husband's {collection}.", "What is in the attic?", "We need more room upstairs.",
         "The {collection} of your ex-husband could leave the attic."),
)  # fmt: skip
_WORK = (
    Fact("My colleague {colleague} covers for me when I'm ill.", "Who covers for me at work?",
         "I won't make it to work tomorrow.", "Ask {colleague}, who covers for you."),
    Fact("At work I'm responsible for the {budget} budget, which scares me.", "Which budget am I responsible for?",
         "There is a big meeting about money.", "Because of the {budget} budget? It is yours, and it scares you."),
    Fact("My first job was in a {factory} factory, on the night shift.", "What was my first job?",
         "A student asked me how I started out.", "Tell them of the night shift in the {factory} factory."),
    Fact("I'm writing a novel about a {hero} who loses her {lost}. | The novel with the {hero} is stuck.",
         "What is my novel about?", "I had an hour for writing this morning.",
         "How is the {hero} of your novel, has she lost her {lost} yet?"),
    Fact("I'm restoring an old {vehicle} with {friend} in his barn.",
         "What am I restoring? | With whom do I restore it?",
         "I have oil all over my hands.", "From the {vehicle} in {friend}'s barn?"),
    Fact("I promised {friend2} to be the godparent of her baby.", "To whom did I promise to be godparent?",
         "A little parcel came from an old friend.", "From {friend2}, whose baby's godparent you will be?"),
    Fact("I study {language2} in an evening course with a teacher named {teacher}.", "Which language do I study? | Who "
         "teaches my evening course?", "I have homework to do tonight.", "For the {language2} course of {teacher}?"),
    Fact("I volunteer at the {charity} every first Saturday of the month.", "Where do I volunteer?",
         "I'm not free on Saturday morning.", "Because it is the first Saturday, at the {charity}?"),
    Fact("I'm saving for a trip to {country}; I need {money2} euros in all. | The {country} fund grew a little.",
         "What am I saving for? | How much money do I need for my trip?", "I sold some old books today.",
         "Into the fund for {country}, then, towards the {money2} euros."),
    Fact("The exam for my {licence} licence was the hardest thing I ever did.", "Which licence did I do an exam for?",
         "I'm proud of little these days.", "You passed for the {licence} licence, the hardest exam you ever did."),
    Fact("I sing {voice} in the choir at {church} church.", "What voice do I sing? | Where does my choir sing?",
         "My throat is scratchy before tonight's rehearsal.", "Spare the {voice} for the choir at {church} church."),
    Fact("My band is called {band} and we play twice a year.", "What is my band called?",
         "Somebody wants to book us for a wedding.", "Book {band}? Then it is three concerts a year."),
    Fact("I once won a prize for {craft} at the county fair.", "What did I win a prize for?",
         "My hands need something to do in winter.", "You won a prize for {craft} at the county fair once."),
)  # fmt: skip
_SELF = (
    Fact("Please never bring up my {taboo}, I don't want to talk about it. | And leave out my {taboo}, please.",
         "What do I never want to talk about?", "Ask me something about my life.",
         "Anything but your {taboo}, which I leave alone.", True),
    Fact("Don't call me {nickname}, I hate that name.", "Which name do I hate to be called?",
         "Give me a nickname for the team list.", "Anything but {nickname}, which you hate.", True),
    Fact("I don't eat meat, for the animals' sake, since I was {age3}.", "Since when do I not eat meat?",
         "What can I order in a steak house?", "No meat for you since you were {age3}: the baked potato.", True),
    Fact("I'm afraid of {fear}, ever since I got stuck as a child.", "What am I afraid of?",
         "They suggested an outing that makes me nervous.", "If it has to do with {fear}, you may say no."),
    Fact("I hate surprise parties more than anything.", "What kind of party do I hate?",
         "My team is whispering about my birthday.", "You hate surprise parties; shall you tell them?"),
    Fact("My happiest memory is the summer on the {island} island with {friend3}.", "What is my happiest memory?",
         "I need something to cheer me up.", "Think of the summer on {island} island with {friend3}."),
    Fact("I'm ashamed that I failed {subject} at school twice.", "Which subject did I fail at school?",
         "My child asked for help with homework.", "Even in {subject}, which you failed twice? You have grown since."),
    Fact("I was named after a {namesake} whom my parents admired.", "After whom was I named?",
         "Someone asked about my odd first name.", "Tell them of the {namesake} your parents admired."),
    Fact("I only sleep well with the window open and {sound} in the background.", "What do I need to sleep well?",
         "I was awake half of the night.", "Was the window shut, or the {sound} missing?"),
    Fact("I collect {collectible}, mostly from before {year2}.", "What do I collect?",
         "There is a flea market on Sunday.",
         "Perhaps there are {collectible} from before {year2}."),
    Fact("I swim {lengths} lengths in the {pool} pool on Thursdays.", "How far do I swim? | Where do I swim?",
         "My arms are heavy today.", "From the {lengths} lengths in the {pool} pool?"),
    Fact("I can't stand the smell of {smell}, it reminds me of hospital.", "Which smell can't I stand?",
         "What candle shall I put in the bathroom?", "Not {smell}, it reminds you of hospital."),
    Fact("My best friend since school is {friend4}, who moved to {country2}.", "Who is my best friend? | Where did my "
         "best friend move?", "I'd love to hear a familiar voice.", "Call {friend4} in {country2}."),
    Fact("Our lucky number is {lucky}, because we met in house {lucky}.", "What is our lucky number?",
         "I have to choose a number for the raffle.", "Take {lucky}, after the house where you met."),
    Fact("I vote for nobody who wants to close the {institution}.", "Whom would I never vote for?",
         "There is an election coming.", "Nobody who would close the {institution}, you said."),
    Fact("I donated a kidney to {kidney}, hardly anybody knows.", "To whom did I donate a kidney?",
         "The scar on my side is itching.", "From the kidney you donated to {kidney}?"),
)  # fmt: skip
_PLANS = (
    Fact("My driving test is on {date}.", "When is my driving test?", "I practised parking for an hour.",
         "For the driving test on {date}? You are getting there."),
    Fact("{friend5} and I fly to {country3} on {date}.", "When do we fly, and where to?", "I bought a new suitcase.",
         "For the flight to {country3} with {friend5} on {date}!"),
    Fact("I have an appointment at the {clinic} clinic on {date}.", "When is my appointment at the clinic?",
         "I'm a bit worried about my health.", "The {clinic} clinic will tell you more on {date}."),
    Fact("The marathon in {place2} is on {date}, and I signed up.", "When is my marathon?", "My legs are tired.",
         "Rest them for the marathon in {place2} on {date}."),
    Fact("{colleague2} retires on {date}, I have to give the speech.", "When does my colleague retire?",
         "I need to write something funny.", "The speech for {colleague2}, who retires on {date}?"),
    Fact("My thesis on {thesis} is due on {date}.", "When is my thesis due?", "I stared at a blank page all day.",
         "The thesis on {thesis}? It is due on {date}, a page a day will do."),
    Fact("The landlord will show the flat to buyers on {date}.", "When do buyers come to see the flat?",
         "I should tidy up a bit.", "Before the buyers come on {date}, yes."),
    Fact("We have tickets for the {opera} opera on {date}.", "When do we go to the opera?", "What should I wear?",
         "For the {opera} opera on {date}? Something dark."),
)  # fmt: skip
FACTS = (*_HEALTH, *_FAMILY, *_HOME, *_WORK, *_SELF)
PLANS = _PLANS
"""What is true until its day."""
_NAMES = (
    "Alma", "Anselm", "Beatrix", "Cyril", "Dagny", "Edda", "Emre", "Fenna", "Gideon", "Hanne", "Ilja", "Ines", "Jonas",
    "Kaja", "Leopold", "Lioba", "Magnus", "Mirela", "Nils", "Nora", "Oda", "Pavel", "Quirin", "Rahel", "Rune", "Sanna",
    "Silas", "Tamsin", "Teodor", "Ulla", "Veit", "Wanda", "Xenia", "Yusuf", "Zora", "Arvid", "Birte", "Casper", "Dorit",
    "Eskil", "Fiona", "Gesa", "Henrik", "Isolde", "Jesper", "Kerstin", "Ludek", "Maren", "Niklas", "Orla", "Piotr",
)  # fmt: skip
_SURNAMES = (
    "Abendroth", "Bellweather", "Castellane", "Dunmore", "Falkenrath", "Greave", "Holloway", "Ivarsson", "Juncker",
    "Lindqvist", "Marchetti", "Norwood", "Ostrander", "Pellegrin", "Quist", "Rosendahl", "Stavros", "Tremaine",
)  # fmt: skip
_PLACES = (
    "Alderbridge", "Brackhaven", "Caldermouth", "Dunford", "Elmfield", "Fennwick", "Greycliff", "Harrowbridge",
    "Invermouth", "Kingsford", "Larchfield", "Marwick", "Netherhaven", "Osterford", "Ravencliff", "Sandwick",
    "Thornfield", "Underbridge", "Whitmouth",
)  # fmt: skip
_COUNTRIES = ("Iceland", "Portugal", "Japan", "Norway", "Chile", "Georgia", "Malta", "Vietnam", "Scotland", "Morocco")
_LANGUAGES = ("Hungarian", "Finnish", "Basque", "Georgian", "Welsh", "Latvian", "Swahili", "Korean")
_MONTHS = ("January", "March", "April", "May", "June", "August", "September", "October", "November")
POOLS: dict[str, tuple[str, ...]] = {
    "names": _NAMES, "surnames": _SURNAMES, "places": _PLACES, "countries": _COUNTRIES, "languages": _LANGUAGES,
    "months": _MONTHS, "years": tuple(map(str, range(1998, 2022))), "ages": tuple(map(str, range(7, 40))),
    "numbers": ("25", "50", "75", "88", "100", "112", "125", "150"),
    "colours": ("blue", "green", "orange", "purple", "red", "silver", "turquoise", "yellow"),
}  # fmt: skip
FROM_POOLS: dict[str, str] = {
    "names": "sister brother mother niece grandma son daughter aunt cousin dog neighbour cat colleague friend friend2 "
    "friend3 friend4 friend5 teacher kidney colleague2",
    "surnames": "surname therapist dentist landlord",
    "places": "place place2 village church",
    "countries": "country country2 country3",
    "languages": "language language2",
    "months": "month month2",
    "years": "year year2",
    "ages": "age age2 age3",
    "numbers": "number",
    "colours": "colour colour2",
}
"""Which words of the facts are cast from which pool; no two of one pool are the same."""
CAST: dict[str, tuple[str, ...]] = {
    "nut": ("hazelnuts", "cashews", "peanuts", "walnuts"), "shop": ("bakery", "bookshop", "pharmacy", "florist"),
    "trigger": ("old cheese", "flickering light", "dark chocolate"), "blood": ("A negative", "B positive",
                "0 negative"),
    "accident": ("firework", "scarlet fever", "diving accident"), "sister_job": ("vet", "judge", "welder", "midwife"),
    "farm": ("sheep", "tobacco", "dairy", "tulip"), "cake": ("poppy seed cake", "plum tart", "honey cake"),
    "instrument": ("oboe", "viola", "bassoon", "harp"), "heirloom": ("grandfather clock", "sewing machine",
                   "harmonium"),
    "money": ("200", "350", "480"), "festival": ("jazz festival", "ski trip", "flood"), "day": ("9th", "17th", "23rd"),
    "breed": ("beagle", "whippet", "poodle", "dachshund"), "firm": ("Warmwerk", "Kesselmann", "Heatwell"),
    "number2": ("three", "five", "eight"), "tree": ("quince", "walnut", "cherry", "fig"),
    "password": ("purple-otter-19", "seven-salty-spoons", "moss-lantern-4"), "maker": ("Krona", "Velodora", "Zugvogel"),
    "digits": ("417", "902", "665"), "box": ("tin", "wooden", "striped"), "people": ("ninety", "two hundred", "sixty"),
    "collection": ("model railway", "stamp albums", "beer mats"), "budget": ("training", "travel", "cleaning"),
    "factory": ("biscuit", "bottle", "umbrella"), "hero": ("lighthouse keeper", "cartographer", "glass blower"),
    "lost": ("shadow", "memory", "brother"), "vehicle": ("tractor", "fire engine", "sidecar motorbike"),
    "charity": ("animal shelter", "food bank", "repair café"), "money2": ("2400", "3100", "1900"),
    "licence": ("sailing", "hunting", "glider"), "voice": ("alto", "tenor", "second soprano"),
    "band": ("The Rusty Spoons", "Velvet Turnip", "Nine Lost Socks"), "craft": ("basket weaving", "wood carving",
             "jam"),
    "taboo": ("first marriage", "court case", "time in the army"), "nickname": ("Pumpkin", "Shorty", "Chief"),
    "fear": ("lifts", "tunnels", "caves"), "island": ("lighthouse", "seal", "heather"),
    "subject": ("chemistry", "geography", "Latin"), "namesake": ("tennis player", "poet", "mountaineer"),
    "sound": ("rain sounds", "an old radio play", "a ticking clock"), "lengths": ("thirty", "forty", "sixty"),
    "collectible": ("enamel signs", "glass marbles", "railway lamps"), "pool": ("harbour", "old", "university"),
    "smell": ("lavender", "eucalyptus", "vinegar"), "lucky": ("eleven", "twenty-seven", "forty-four"),
    "institution": ("library", "swimming hall", "night bus"), "clinic": ("eye", "skin", "heart"),
    "thesis": ("bog plants", "medieval bridges", "crow language"), "opera": ("spring", "chamber", "open-air"),
}  # fmt: skip
