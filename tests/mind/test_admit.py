"""What is worth keeping of a person's turn, and what is none of memory's business."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.mind import admit as admission
from companion.mind.admit import Statement, admit, explain, wants_private

POSITIVES = """
My name is Tomasz.
Hi, I'm Adaeze, nice to meet you!
I live in Ghent.
We moved to Porto last spring.
I was born in Tallinn.
I grew up on a farm.
I'm a nurse at the children's hospital.
I work as a bus driver.
I work for a small publisher.
I'm 34 years old.
My birthday is on 12 June.
i live in leeds with my two cats
im vegetarian
I'm allergic to peanuts.
I have type 1 diabetes.
I was diagnosed with ADHD last month.
I take sertraline every morning.
I don't drink alcohol.
I don't eat pork.
I can't swim.
I can't stand coriander.
I love hiking in the rain.
I hate loud restaurants.
I prefer tea over coffee.
I'm a huge fan of old westerns.
My favourite colour is dark green.
I really enjoy playing chess with my uncle.
I'm into ceramics these days.
I'd rather stay in than go out on Fridays.
I'm scared of flying.
My mother is ill.
My sister Lena is a nurse.
My dog Biscuit died on Sunday.
My husband works nights.
My best friend moved to Canada.
My brother and I don't speak any more.
Our daughter starts school in September.
I have two sons.
I have a cat named Miso.
Lena is my sister.
Football has always been my escape.
I got engaged yesterday!
I broke up with Joao.
I lost my job in March.
I passed my driving test!
I finally finished my thesis.
I went to the dentist today.
Yesterday I cooked ramen for the first time.
Last week we visited my grandparents.
When I was ten, I broke my arm.
After the divorce I moved back in with my parents.
I bought a second-hand cello.
I've been learning Welsh for two years.
I've never been to Asia.
I used to smoke.
I quit sugar in January.
I ran my first marathon in 2019.
I speak Polish and a little Dutch.
I play the violin in an amateur orchestra.
I usually wake up at five.
I go swimming every Tuesday.
I drive an old Saab.
I study law in Utrecht.
I teach maths to teenagers.
I own a tiny bakery.
I'm going to adopt a dog.
I'm starting a new job on Monday.
I'm flying to Oslo next week.
I have an interview tomorrow.
I plan to learn to sail this summer.
I'll be in hospital next Thursday.
We're getting married in October.
I've decided to leave the company.
I have to submit my thesis by Friday.
I want to become a midwife.
I'd love to see the northern lights one day.
I hope to retire at sixty.
I wish I had a garden.
My dream is to open a bookshop.
I feel lonely since the move.
I'm exhausted.
I'm so nervous about the exam.
I miss my grandmother.
I'm really proud of my little brother.
I've been feeling down lately.
I was so embarrassed at the party.
It makes me sad when people shout.
I'm worried about my dad's heart.
I cried all night.
Remember that my anniversary is on the 4th of May.
Please remember that I hate surprises.
Don't forget that Lena is allergic to cats.
Keep in mind that I work night shifts.
Actually, I live in Leiden now.
No, it's Lena, not Lisa.
I meant Tuesday, not Thursday.
By the way, I got promoted!
Well, my boss is leaving.
Oh and I bought a canoe.
Anyway, I decided to stay.
I think I'm getting the flu.
I guess my father never liked me.
As I said, I'm a vegetarian.
Call me Max.
Please don't mention my ex.
I don't want to talk about my father.
Just moved to Lyon.
Got a new puppy today!
Feeling pretty low today.
I'm vegan, what can I cook tonight?
I have three kids so can you suggest a quick dinner?
I'm the youngest of five.
I'm Irish.
I believe in God.
I met my wife at a bus stop.
My flat has a view of the harbour.
My knee hurts when it rains.
I have no siblings.
We don't have a car.
I sleep badly.
I'm learning to knit.
They fired me on Friday.
On weekends I volunteer at a shelter.
My therapist says I should rest more.
I can't eat gluten.
My contract ends in June.
I read two novels a week.
Growing up I wanted to be a pilot.
I'm trying to lose weight.
I told my parents about the baby.
I'm not religious.
I collect stamps from islands.
My parents are divorced.
I once met the king of Norway.
I earn about 2,000 a month.
I'm training for a triathlon.
My phone was stolen on the tram.
I watched "Stalker" again last night.
Honestly, I don't like my colleagues.
我叫李明。
我住在杭州。
我是一名护士。
我今年二十八岁。
我的生日是六月十二日。
我喜欢爬山和摄影。
我不吃辣。
我对花生过敏。
我有两只猫。
我妈妈最近住院了。
我姐姐叫王丽，她是老师。
我昨天和朋友去看了电影。
我下周要去上海出差。
我打算明年考研究生。
我想学弹吉他。
我最近压力很大。
我很难过，因为我的狗死了。
我在一家银行工作。
我上个月分手了。
我们六月结婚。
记住我不喝咖啡。
别忘了我对海鲜过敏。
其实我住在苏州。
昨天去爬山了，累死了。
你好，我是小张，很高兴认识你。
我讨厌下雨天。
我最喜欢的颜色是蓝色。
我小时候住在乡下。
我觉得很孤独。
我刚买了一辆自行车。
我很喜欢游泳，你有什么建议吗？
我梦想开一家书店。
I just adopted two kittens from the shelter.
My grandfather fought in the war.
I've got a peanut allergy.
Every winter I get really depressed.
I'm a vegetarian but I eat fish sometimes.
We named our son Elias.
I work from home most days.
I'm left-handed.
My landlord raised the rent again.
I broke my wrist skiing.
I'm taking evening classes in pottery.
I have to be at the airport by six tomorrow.
My brother got out of prison last year.
I'd like to run a marathon before I turn forty.
I've been married for eleven years.
I used to play in a punk band.
I got rejected from the program.
My boyfriend and I had a huge fight.
Tonight I'm having dinner with my ex.
I find crowds exhausting.
I never learned to ride a bike.
The doctor put me on blood thinners.
My commute takes an hour.
I've lived in five countries.
I quit my job yesterday.
I go by Sam.
I'm a morning person.
Mum's surgery is on Thursday.
Spent the weekend at my parents' cabin.
My birthday's in August.
I volunteer as a firefighter.
I don't get along with my stepfather.
Our cat ran away two nights ago.
I sold my car because I never used it.
I prefer being called Doctor Hale.
I'm saving up for a house.
Music keeps me sane.
I am dyslexic.
I grew up speaking Tamil.
I'm terrible at cooking.
I started therapy in spring.
I watch anime to relax.
My niece is turning three next week.
I hate my job.
I was adopted.
I dropped out of college.
I can't sleep lately.
I'm pregnant!
My roommate keeps stealing my food.
I owe my cousin money.
I have a crush on my neighbor.
I'm seeing someone new.
I still miss my old school.
My car broke down this morning.
I do yoga every day.
I got into medical school!!
We lost the game on Saturday.
I've always wanted a sister.
my gf is from brazil
i work night shifts at a warehouse
我养了一只狗叫豆豆。
我老公在深圳上班。
我昨晚失眠了。
我大学学的是历史。
我怕黑。
我爷爷上周去世了。
我正在学日语。
我不会开车。
我每天早上跑五公里。
我明天有面试。
I'm a single mum of two.
I moved out of my parents' place last week.
My heart condition means I can't run.
I've had three jobs this year.
I ride my bike to the office.
We adopted a greyhound called Pickle.
I'm nervous about meeting her parents.
I dropped my phone in the lake yesterday.
I love the smell of rain.
I'm not a big drinker.
My grandma turned ninety on Sunday.
I'm hoping to get into art school.
I keep a diary.
I've been sober for 90 days.
My dad and I are close.
I go to church with my aunt every Sunday.
I lost my wallet at the market.
I'm supposed to see the dentist on Tuesday.
I failed my chemistry exam again.
My blood type is O negative.
I cut my hair short.
Since the accident I limp a bit.
I don't trust banks.
I work two jobs.
I was raised by my aunt.
I can play the accordion.
My wife's pregnant with our second.
I grew tomatoes on the balcony this year.
Also, I finally told him I love him.
I have a tattoo of a whale.
Remember: my flight is at 6 am on Friday.
I'm Max by the way.
I'm getting a divorce.
I feel like nobody at work likes me.
I've just come back from Peru.
The noise at night drives me crazy.
We've been together since 2012.
I hate it when people are late.
I want kids someday.
I'm studying for the bar exam.
我刚搬到成都。
我奶奶做的饺子最好吃。
我害怕打雷。
我和男朋友吵架了。
我戒烟三年了。
My cousin Farid is staying with us until August.
I bought tickets for the opera on Saturday.
I've been vegan for six years now.
I'm trying to quit smoking.
Work has been awful, I cry in the bathroom.
I've two daughters, Noor and Lin.
I'm from Montevideo originally.
I get migraines when I skip breakfast.
I can't stop thinking about my ex.
I applied for a grant last night.
My landlady wants us out by June.
I always take the night train to my mum's.
I think I want to go back to school.
I'm a bit scared of the operation.
I have my driving test in two weeks.
""".strip().splitlines()

NEGATIVES = """
What should I cook tonight?
Do you know my name?
Where do I live?
do you remember my birthday
Can you help me with my homework?
Could you write me a poem about my dog?
I wonder if it will rain.
I was wondering whether you like music.
I'm curious how that works.
What if I quit my job?
How do I get to the station?
Am I boring?
Is my English good?
Should I call my mother?
I'm right, aren't I?
I want you to write a story.
I need you to explain this.
I'd like you to be honest.
I'd like a recommendation.
I need some advice.
I need help with my essay.
I'd like to know more about whales.
I want to know how engines work.
I'm looking for some tips.
Help me.
Help me understand my taxes.
Tell me a joke.
Please write me a letter.
Give me five ideas for my party.
Write a poem about my cat.
Show me my calendar.
Let me know when I should go.
Let's talk about something else.
Explain why I am wrong.
Pretend you are my mother.
Translate "I love my wife" into French.
She said "I hate cats".
He told me "I am a doctor".
"I live in Rome," she whispered.
My teacher used to say: "I am never wrong."
> I live in Paris and I love it.
*I walk into the tavern and draw my sword*
*sighs and looks away*
If I were rich, I would buy an island.
If I had a dog, I'd call it Rex.
Suppose I am a king.
Imagine that I live on the moon.
Let's pretend I'm a pirate.
As a pirate: I love rum and my parrot.
I would have gone home.
I could have been a lawyer.
Hypothetically, I have a million euros.
I'd be happy to live there.
I'd buy it.
I see.
I know.
I know, right.
I think so.
I'm fine, thanks.
I'm good, thank you!
I agree.
I agree with you completely.
I understand.
I understand what you mean.
I don't know.
I don't really know.
I guess so.
I hope so.
I'm not sure.
I'm sorry.
I got it.
I didn't know that.
I appreciate it.
I'm here.
I'm back.
I'm ready.
I'll try that.
I'll check it out.
I'll think about it.
I will give it a try.
I'll keep that in mind.
I'm glad to hear that.
I'm happy for you.
I can't wait to try it!
I like that.
I love it!
I see what you mean.
I have a question.
I have a quick question about something.
I just wanted to ask you something.
I just wanted to say hi.
My question is about history.
I asked you about the weather.
I said no.
I'm talking to you.
I meant what I said.
I like talking to you.
I love you.
I love your answers.
I trust you.
I'm proud of you.
You are great.
You're my best friend.
Your answers help me.
You make me laugh.
I think you are right.
I think that's a good idea.
I think it's interesting.
I believe it is true.
I guess it depends.
I feel like that's wrong.
We should all be kinder.
We all make mistakes.
I suggest we stop here.
That's great!
Thanks a lot!
Nice to meet you.
The weather is lovely.
Berlin is the capital of Germany.
It is raining.
Water boils at a hundred degrees.
She is tall.
Good morning!
Okay.
lol
Actually, that's a good idea.
No, I don't think so.
My bad.
My apologies.
My code does not compile.
Thanks, my question was answered.
https://example.org/my/page/i-am-here
2024-03-01 10:22:01 INFO I am starting
for (i = 0; i < my_len; i++) { }
ich bin müde und das ist nicht gut
Io sono stanco, i ragazzi non sono qui
I see the problem now.
We'll see.
I bet.
I mean it.
Never mind.
To be or not to be.
I'm listening.
I'd appreciate some feedback.
I can imagine.
I can see that.
I'm interested in your opinion.
I'm just saying.
I'm a bit confused by this.
Go on, I'm all ears.
I've heard of it.
Haha I can't believe it.
你叫什么名字？
你喜欢我吗？
我该怎么办？
你能帮我写一封信吗
请给我讲个笑话。
帮我翻译这句话。
我想让你写一首诗。
我想知道怎么做饭。
我有个问题。
我知道了。
我明白。
我同意。
我也觉得。
好的，谢谢。
如果我是你，我会辞职。
假如我有一百万。
要是我会飞就好了。
他说：“我讨厌猫。”
你真聪明。
我喜欢你。
今天天气怎么样
北京是中国的首都。
我会试试的。
我不知道。
谢谢你的建议。
我也这么想。
我觉得你说得对。
Why do I always feel tired?
Is it normal that I dream about work?
Can I tell you something?
Guess what!
I beg to differ.
I couldn't agree more.
I stand by that.
I'd say so.
I'd love some help with this.
I need a synonym for happy.
I want a short answer.
I want you to remember who you are.
Make me a list of my favourite bands.
Summarize my week.
I don't think that's true.
I doubt it.
I never said that.
I was talking about the movie.
I thought you knew.
I thought that was funny.
I found it online.
I'll be right back.
I'll let you go.
I gotta go now.
I'm off to bed, good night!
I'm all yours.
I'm just curious.
I'm asking for a friend.
I'm with you on that.
I'm impressed!
I'm not following.
I'm lost here, explain again.
I hope you are well.
I hope that helps.
I wish you were real.
I wish you a nice day.
If I may ask, how old are you?
If I win the lottery I'll buy a boat.
Say I have 100 apples.
Let x be my number.
Imagine I'm five years old and explain gravity.
You be the waiter and I'll be the customer.
"To my mind," he wrote, "I am free."
He said he hates me.
She goes: 'I never liked it.'
My question: what is love?
My prompt was unclear.
We are living in strange times.
We as a society must change.
I'd do the same.
I might.
I will.
I do.
I can't.
I'm kidding.
I did it!
I like the way you think.
I enjoyed our chat.
I've never heard of that.
I've read about that.
I remember that.
I forgot what I was saying.
I suppose that makes sense.
Same here.
That reminds me of my childhood, doesn't it?
Good for you!
One more thing.
Roses are red.
The Beatles were a band.
我想请你帮个忙。
我说的不是这个。
我懂你的意思。
我走了，再见。
我开玩笑的。
如果我中了彩票就买房。
你觉得我漂亮吗？
给我推荐一本书。
我没事。
我看看。
I can't believe you remember.
I'd never thought of it that way.
I'm glad we talked.
I'm talking nonsense.
I have to say, that's impressive.
I'll take the second one.
I'll pass.
I'd go with blue.
I choose B.
I give up, tell me.
I win!
I was just testing you.
I'm confused about your answer.
I don't get the joke.
I love how you explain things.
I need the answer now.
I need a poem for a wedding.
I want to play a game.
I want a story about dragons.
I want to hear a joke.
Act as my lawyer.
You are a pirate. I am your captain.
Rewrite: I am very happy to be here.
Is it true that my name means lion?
My name in Japanese, please.
What would my mother say?
My pleasure!
I second that.
I rest my case.
I'm speechless.
I'm good to go.
I'm waiting.
I'm typing on my phone.
I was hoping you'd say that.
I meant the other one.
I see you've changed.
I think, therefore I am.
Who am I?
My dear friend, hello!
Here is my resume: Worked at X for 3 years.
If my cat could talk, she would curse.
I'd have said no.
They say I look like a movie star in this game.
As my teacher said, "I am the storm."
I guess I could try.
我问你一个问题。
我爱死这个回答了。
我要你扮演我的老师。
你记得我的名字吗
我等你。
I see where this is going.
Hmm, I'm not so sure about that one.
I'd be careful with that claim.
Okay, I'm going to try the first recipe.
That was fun, I liked it.
I can do that.
I'm just playing around.
We were talking about dogs.
I need a minute.
I'm going to need more detail than that.
I don't think you understood me.
I have no idea what you mean.
I have another idea for the title.
I'd prefer a shorter version.
I prefer your first suggestion.
I liked the second paragraph better.
I was expecting something else.
I want it in bullet points.
I read your answer twice.
We can start over.
I'm sure it'll be fine.
I'm afraid not.
I said I was sorry.
I don't want to hear it.
I totally get it.
My point is that it's unfair.
My question still stands.
I tried your link but it failed.
I hope so too.
I'm so confused right now.
I'd rather not say.
I'll ask again tomorrow.
I was only asking.
I meant the other Paris.
I suppose you're right, I should.
I think we're done here.
I like where this is going.
I laughed so hard at that.
I owe you one.
I'm speaking hypothetically here.
""".strip().splitlines()


@pytest.mark.parametrize("text", POSITIVES)
def test_what_a_person_says_of_themselves_is_admitted(text: str) -> None:
    assert admit(text), explain(text)


@pytest.mark.parametrize("text", NEGATIVES)
def test_what_says_nothing_lasting_is_left_out(text: str) -> None:
    assert [statement.text for statement in admit(text)] == [], explain(text)


def only(text: str) -> Statement:
    (statement,) = admit(text)
    return statement


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("My name is Ana Ruiz.", "name", "Ana Ruiz"),
        ("Call me Max.", "name", "Max"),
        ("I live in New York City now.", "home_city", "New York City"),
        ("i live in leeds with my cats", "home_city", "leeds"),
        ("We just moved to Porto.", "home_city", "Porto"),
        ("I was born in Tallinn in 1990.", "birthplace", "Tallinn"),
        ("My birthday is on 12 June.", "birthday", "12 June"),
        ("My birthday is June 12th.", "birthday", "June 12th"),
        ("I'm 34.", "age", "34"),
        ("I work at Siemens.", "employer", "Siemens"),
        ("I work as a bus driver in Leeds.", "job", "bus driver"),
        ("I'm a primary school teacher.", "job", "primary school teacher"),
        ("My wife is called Anna.", "spouse", "Anna"),
        ("My boyfriend's name is Tom.", "partner", "Tom"),
        ("My favourite colour is dark green.", "favourite_colour", "dark green"),
        ("I'm vegan.", "diet", "vegan"),
        ("我叫李明。", "name", "李明"),
        ("我住在杭州。", "home_city", "杭州"),
        ("我的生日是六月十二日。", "birthday", "六月十二日"),
        ("我今年28岁。", "age", "28"),
        ("我是一名护士。", "job", "护士"),
        ("I live in a small flat.", None, None),
        ("I live in fear.", None, None),
        ("I used to live in Rome.", None, None),
        ("I don't work at Siemens.", None, None),
        ("I was born in 1990.", None, None),
        ("I work at night.", None, None),
        ("My sister lives in Rome.", None, None),
        ("I'm a night owl.", None, None),
        ("I moved to a bigger flat.", None, None),
        ("I'm 100 percent sure about my choice to leave.", None, None),
    ],
)
def test_a_slot_is_filled_only_by_explicit_words(text: str, slot: str | None, value: str | None) -> None:
    statement = only(text)
    assert (statement.slot, statement.value) == (slot, value)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("My sister Lena is a nurse.", "Lena"),
        ("My mother is ill.", "mother"),
        ("My little brother moved out.", "brother"),
        ("Lena is my sister.", "Lena"),
        ("My dog Biscuit loves snow.", "Biscuit"),
        ("My brother and I went home.", "person"),
        ("My sister's wedding was lovely.", "person"),
        ("I love my mother.", "person"),
        ("My job is hard.", "person"),
        ("我妈妈生病了。", "mother"),
        ("我喜欢我妈妈做的菜。", "person"),
    ],
)
def test_whose_life_it_is_about(text: str, subject: str) -> None:
    assert only(text).subject == subject


@pytest.mark.parametrize(
    ("text", "kind", "polarity", "importance"),
    [
        ("My name is Ana.", "fact", "affirmed", 5),
        ("I'm allergic to peanuts.", "preference", "affirmed", 4),
        ("I have asthma.", "fact", "affirmed", 4),
        ("I love tea.", "preference", "affirmed", 3),
        ("I don't like tea.", "preference", "negated", 3),
        ("I can't stand tea.", "preference", "affirmed", 3),
        ("I'm flying to Oslo next week.", "plan", "affirmed", 3),
        ("I'm going to quit.", "plan", "affirmed", 3),
        ("I want to become a midwife.", "wish", "affirmed", 3),
        ("I'm so tired today.", "feeling", "affirmed", 2),
        ("I'm not religious.", "fact", "negated", 3),
        ("I have never been to Asia.", "fact", "negated", 3),
        ("I went home because she didn't come.", "fact", "affirmed", 3),
        ("I don't want to talk about my father.", "preference", "negated", 4),
        ("Remember that I hate surprises.", "preference", "affirmed", 4),
        ("我不喜欢下雨。", "preference", "negated", 3),
        ("我最近很累。", "feeling", "affirmed", 2),
        ("我打算学游泳。", "plan", "affirmed", 3),
    ],
)
def test_kind_polarity_and_weight(text: str, kind: str, polarity: str, importance: int) -> None:
    statement = only(text)
    assert (statement.kind_of, statement.polarity, statement.importance) == (kind, polarity, importance)


def test_opening_words_are_cut_from_the_span() -> None:
    text = "Well, by the way, I got a parrot."
    statement = only(text)
    assert statement.text == text[statement.start : statement.end] == "I got a parrot."


def test_asked_for_and_corrections_are_marked() -> None:
    assert only("Please remember that my train leaves at nine.").requested
    assert only("记住我不喝咖啡。").requested
    assert only("Actually, I live in Leiden now.").correction
    assert only("No, it's Lena, not Lisa.").correction
    assert not only("No, I live in Leiden.").correction
    plain = only("I live in Leiden.")
    assert not plain.requested
    assert not plain.correction


def test_a_pronoun_leans_on_the_statement_before() -> None:
    statement = only("I have a sister. She's called Lena.")
    assert statement.text == "I have a sister. She's called Lena."
    assert statement.subject == "Lena"
    assert not admit("Whales are big. She's called Lena.")


def test_a_statement_in_front_of_a_question_ends_before_it() -> None:
    assert only("I'm vegan, what can I cook tonight?").text == "I'm vegan"
    assert only("我很喜欢游泳，你有什么建议吗？").text == "我很喜欢游泳"


def test_a_joke_strikes_the_sentence_before() -> None:
    assert not admit("I married a lamp post. Just kidding!")
    assert not admit("I am the queen of Spain /s")
    assert [s.text for s in admit("I live in Bergen. I married a lamp post. jk")] == ["I live in Bergen."]


@pytest.mark.parametrize(
    "text",
    [
        "Off the record, I hate my boss.",
        "I hate my boss. Don't remember this.",
        "I have cancer. Please forget that.",
        "Don't save this: I got fired.",
        "我要离婚了，别记住这个。",
    ],
)
def test_what_is_private_is_not_kept(text: str) -> None:
    assert wants_private(text)
    assert not admit(text)


@pytest.mark.parametrize(
    "text", ["I always forget that I own a bike.", "I don't remember this street from when I lived here."]
)
def test_forgetting_is_not_asking_for_privacy(text: str) -> None:
    assert not wants_private(text)


def test_role_play_and_material_end_admission_for_the_turn() -> None:
    assert [s.text for s in admit("I live in Bergen. Let's pretend I'm a wizard. I live in a tower.")] == [
        "I live in Bergen."
    ]
    assert not admit("Translate this text: I live in Rome. My wife is Greek.")
    assert not admit("Proofread the following\n\nMy summer was great. I went to the sea.")


def test_a_label_is_cut_off_but_not_who_speaks() -> None:
    assert only("Weights at home: I have two dumbbells.").text == "I have two dumbbells."
    assert not admit("She said: I am the best.")
    assert not admit("Example: I live in Rome.")


def test_letters_code_and_pasted_pages_are_left_out() -> None:
    assert not admit("Dear Ms Okoro,\nI am writing about my flat.\nKind regards,\nJon")
    assert not admit("```\nI live in Rome\n```")
    page = "The canal was dug by hand over many years. Barges brought coal and took away cloth. " * 30
    assert not admit(page + "I was there in 1890.")


def test_a_long_story_of_ones_own_is_not_taken_for_pasted() -> None:
    story = "I went to the sea with my sister and we swam every day. " * 40
    assert len(admit(story)) > 30


@given(st.text(max_size=200))
def test_any_text_is_explained_sentence_by_sentence(text: str) -> None:
    for explanation in explain(text):
        start, end = explanation.span
        assert text[start:end].strip()
        assert explanation.reason
    for statement in admit(text):
        assert text[statement.start : statement.end] == statement.text != ""


@given(st.lists(st.sampled_from([*POSITIVES, *NEGATIVES]), max_size=8))
def test_statements_are_spans_in_order(parts: list[str]) -> None:
    text = "\n".join(parts)
    starts = []
    for statement in admit(text):
        assert text[statement.start : statement.end] == statement.text
        assert 1 <= statement.importance <= 5
        starts.append(statement.end)
    assert starts == sorted(starts)


@pytest.mark.parametrize("unit", ["I live in Rome. ", "x", "I ", '"', "*a ", "“", "我"])
def test_work_is_bounded_however_long_the_text(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in characters handed to the checks: a megabyte costs no more than the first pages of it."""
    seen = 0
    original = admission.checks.said

    def counted(rules: admission.checks.Rules, sentence: str, start: int) -> admission.checks.Said:
        nonlocal seen
        seen += len(sentence)
        return original(rules, sentence, start)

    monkeypatch.setattr(admission.checks, "said", counted)
    admit(unit * (1_000_000 // len(unit)))
    assert seen <= 3 * admission.LONGEST_TURN
