"""What changes in a made-up person's life within a year. All of it is invented.

`told` says it first, with the first of `values`; each entry of `changed` says the next one. A value fills {0}, the one
before it {1}.
"""

from __future__ import annotations

from typing import NamedTuple


class Changing(NamedTuple):
    told: str
    changed: tuple[str, ...]
    asked: str
    called_for: str
    reply: str
    values: tuple[tuple[str, ...], ...]
    """Series of values, one of which is drawn."""


CHANGES = (
    Changing("I live in {0}, near the river.",
             ("I've moved to {0} last week, boxes everywhere.", "We moved again, I live in {0} now."),
             "Where do I live?", "A parcel has to be sent to my address.", "To your address in {0}?",
             (("Gdansk", "Turku", "Aarhus"), ("Trieste", "Graz", "Ulm"), ("Porto", "Vigo", "Nantes"))),
    Changing("I work as a {0} at the moment.",
             ("I quit, and now I work as a {0} instead.", "New job again: I work as a {0} now."),
             "What do I work as?", "Work was exhausting today.", "The life of a {0} is no holiday.",
             (("bookbinder", "bus driver", "florist"), ("surveyor", "baker", "lifeguard"))),
    Changing("My partner {p} works as a {0}.",
             ("{p} changed jobs and works as a {0} now.", "{p} is not doing that any more, {p} works as a {0} now."),
             "What is my partner's job?", "{p} comes home late again.", "A {0} such as {p} has long days.",
             (("paramedic", "locksmith"), ("cook", "radio host", "roofer"))),
    Changing("My favourite food is {0}.", ("My favourite food is {0} now, I've had enough of {1}.",),
             "What is my favourite food?", "What shall we cook to celebrate?", "Your favourite, {0}!",
             (("mushroom risotto", "lamb curry"), ("potato dumplings", "green pad thai"))),
    Changing("My favourite band is {0}.", ("{1} bore me these days; my favourite band is {0} now.",),
             "What is my favourite band?", "Put some music on for me.", "Here are {0}, your favourite.",
             (("Marble Harbour", "The Tin Larks"), ("Owl Cabinet", "Seven Salt Roads"))),
    Changing("My phone number ends in {0}.", ("I have a new phone number, it ends in {0} now.",),
             "What does my phone number end in?", "I have to leave my number somewhere.", "The one that ends in {0}.",
             (("4471", "9023"), ("3380", "7716"), ("5512", "2094"))),
    Changing("My car is a {0}.", ("I sold the {1} and bought a {0}.",
             "The {1} broke down for good, so my car is a {0} now."),
             "What car do I drive?", "I need new winter tyres.", "In the size that fits a {0}.",
             (("blue Skoda", "white Dacia", "old Volvo"), ("red Fiat", "small Renault"))),
    Changing("I go to the gym on {0}.", ("I switched my gym day from {1} to {0}.",),
             "On which day do I go to the gym?", "When could I meet an old classmate this week?",
             "Not on {0}, that is your gym day.", (("Mondays", "Wednesdays"), ("Tuesdays", "Fridays"))),
    Changing("My boss is {0}, strict but fair.", ("{1} left the company, my boss is {0} now.", "My new boss is {0}."),
             "Who is my boss?", "I want to ask for a raise.", "Then talk to {0} when the mood is good.",
             (("Hedvig", "Ottokar", "Lavinia"), ("Barnabas", "Sunniva"))),
    Changing("My son goes to the {0}.", ("My son changed schools, he goes to the {0} now.",),
             "Which school does my son go to?", "I have to pick up my son.", "At the {0}?",
             (("Linden school", "school on the hill"), ("Montessori school", "harbour school"))),
    Changing("The budgie {p} is the joy of our kitchen.",
             ("{p}, our budgie, died last night. We buried {p} in the yard.",),
             "How is our budgie {p}?", "The kitchen is so quiet.", "It has a lot to do with {p}, your budgie.",
             (("alive", "dead"),)),
    Changing("I take the {0} to work.", ("I don't take the {1} any more, I take the {0} to work now.",),
             "How do I get to work?", "My way to work was awful today.", "Even on the {0}?",
             (("tram", "bicycle", "ferry"), ("bus", "train"))),
    Changing("I'm reading {0} before I fall asleep.", ("I finished {1} and now I'm reading {0}.",
             "Now I'm reading {0}."),
             "Which book am I reading?", "I went to bed early with my book.", "With {0}?",
             (("The Salt Clerk", "A Winter of Moths", "Nine Doors"), ("The Glass Ferry", "Thistle House"))),
    Changing("Our rent is {0} euros.", ("They raised the rent, our rent is {0} euros now.",),
             "How high is our rent?", "I'm doing the household sums.", "With a rent of {0} euros to begin with.",
             (("820", "905", "990"), ("1150", "1240"))),
    Changing("My sister-in-law {p} is engaged to {0}.",
             ("{p} broke up with {1} and is engaged to {0} now.",), "To whom is my sister-in-law engaged?",
             "{p} rang and sounded happy.", "Is she with {0}?", (("Wolfram", "Aurel"), ("Tancred", "Ignaz"))),
    Changing("I'm on a {0} diet.", ("I gave up on the {1} diet and I'm on a {0} diet now.",),
             "Which diet am I on?", "What may I order for lunch?", "Something for your {0} diet.",
             (("keto", "Mediterranean"), ("juice", "low-salt"))),
    Changing("Our team meets on {0} at ten.", ("Our team moved the meeting, it meets on {0} at ten from now on.",),
             "When does our team meet?", "I need a free morning for the plumber.", "Your team meets on {0}.",
             (("Mondays", "Thursdays"), ("Wednesdays", "Fridays"))),
    Changing("My favourite colour is {0}.", ("I changed my mind, my favourite colour is {0} now.",),
             "What is my favourite colour?", "Which colour should the new curtains have?", "Your favourite: {0}.",
             (("moss green", "brick red"), ("sky blue", "mustard yellow"))),
    Changing("I'm learning to play the {0}.", ("I dropped the {1}, I'm learning to play the {0} instead.",),
             "Which instrument am I learning?", "I practised until the neighbours knocked.", "The {0} again?",
             (("ukulele", "accordion"), ("banjo", "clarinet"))),
    Changing("My personal trainer is {0}.", ("{1} moved away, my personal trainer is {0} now.",),
             "Who is my personal trainer?", "I can hardly lift my arms.", "What has {0} done to you?",
             (("Radka", "Emilio"), ("Sören", "Philippa"))),
    Changing("We want to go to {0} in the summer.",
             ("We changed our plans: we want to go to {0} in the summer, not to {1}.",),
             "Where do we want to go in the summer?", "I looked at holiday pictures.", "Of {0}, for the summer?",
             (("Sardinia", "the Azores"), ("Brittany", "the Black Forest"))),
    Changing("I pay my tax adviser {0} for everything.", ("I left {1}, and {0} is my tax adviser now.",),
             "Who is my tax adviser?", "There is a letter from the tax office.", "Give it to {0}.",
             (("Mr Kalb", "Ms Uhland"), ("Ms Wieck", "Mr Dorn"))),
    Changing("I'm in the {0} team of our quiz league.",
             ("I changed teams, I'm in the {0} team of the quiz league now.",),
             "In which quiz team am I?", "Quiz night again!", "Good luck to the {0} team.",
             (("Owls", "Magpies"), ("Badgers", "Herons"))),
)  # fmt: skip
