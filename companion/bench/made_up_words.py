"""What made-up conversations are put together from. All of it is invented."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import product
from typing import NamedTuple


class Topic(NamedTuple):
    """`subjects` fill the templates; `facts` are what lasts of what is said about it."""

    subjects: tuple[str, ...]
    facts: tuple[str, ...]


def _mixed(words: Iterable[str]) -> tuple[str, ...]:
    """In another order, always the same one: what comes first is drawn most often."""
    found = list(words)
    return tuple(random.Random(0).sample(found, len(found)))


_FIRST = (
    "Alma", "Anselm", "Beatrix", "Bo", "Cyril", "Dagny", "Edda", "Emre", "Fenna", "Gideon", "Hanne", "Ilja", "Ines",
    "Jonas", "Kaja", "Leopold", "Lioba", "Magnus", "Mirela", "Nils", "Nora", "Oda", "Pavel", "Quirin", "Rahel", "Rune",
    "Sanna", "Silas", "Tamsin", "Teodor", "Ulla", "Veit", "Wanda", "Xenia", "Yusuf", "Zora",
)  # fmt: skip
_FAMILY = (
    "Abendroth", "Bellweather", "Castellane", "Dunmore", "Eriksdotter", "Falkenrath", "Greave", "Holloway", "Ivarsson",
    "Juncker", "Kestrel", "Lindqvist", "Marchetti", "Norwood", "Ostrander", "Pellegrin",
)  # fmt: skip
NAMES = (*_FIRST, *_mixed(f"{first} {family}" for family, first in product(_FAMILY, _FIRST)))
PLACES = _mixed(
    f"{first}{last}"
    for last, first in product(
        ("bridge", "haven", "mouth", "ford", "field", "wick", "cliff"),
        ("Alder", "Brack", "Calder", "Dun", "Elm", "Fenn", "Grey", "Harrow", "Inver", "Kings", "Larch", "Mar", "Nether",
         "Oster", "Pen", "Raven", "Sand", "Thorn", "Under", "Whit"),
    )
)  # fmt: skip
_DOING = (
    "carving", "collecting", "drawing", "growing", "mending", "painting", "photographing", "printing", "restoring",
    "sewing", "studying", "weaving",
)  # fmt: skip
_DONE = (
    "baskets", "beehives", "clocks", "ferns", "flutes", "kites", "lanterns", "maps", "mushrooms", "postcards", "quilts",
    "radios", "rowing boats", "sandals", "stamps", "tomatoes", "violins", "wild birds",
)  # fmt: skip
PASTIMES = _mixed(f"{doing} {done}" for done, doing in product(_DONE, _DOING))
THINGS = _mixed(
    f"{what} {thing}"
    for thing, what in product(
        ("armchair", "bicycle", "camera", "coat", "cupboard", "kettle", "lamp", "notebook", "piano", "rug", "suitcase",
         "teapot", "tent", "umbrella"),
        ("amber", "battered", "borrowed", "copper", "crooked", "folding", "green", "heavy", "old", "painted", "second",
         "silver", "striped", "tiny", "yellow"),
    )
)  # fmt: skip
_SYLLABLES = (
    "ba", "del", "fir", "go", "hal", "jun", "kor", "li", "mav", "nes", "ol", "pra", "ri", "sen", "tu", "vy", "wes",
)  # fmt: skip
TITLES = _mixed("".join(parts).title() for parts in product(_SYLLABLES, repeat=3))
"""Films, books and drinks: thousands of words, most of them seldom said."""
TOPICS = (
    Topic(("work", "the office", "the project", "the meeting"), (
        "My boss {name} moved our office to {place}.", "I work with {name} on the {thing} catalogue in {place}.",
        "I earn {number} euros an hour at the workshop in {place}.")),
    Topic(("family", "my sister", "my parents", "the wedding"), (
        "My sister {name} lives in {place} and has {number} cousins.", "My aunt {name} gave me her {thing}.",
        "My brother {name} loves {pastime}.")),
    Topic(("health", "the doctor", "my knee", "my sleep"), (
        "I am allergic to whatever {name} cooks in {place}.", "My doctor {name} wants me to walk {number} minutes.",
        "I cannot sleep since I sold the {thing}.")),
    Topic(("the flat", "the kitchen", "the garden", "the neighbours"), (
        "My neighbour {name} keeps a {thing} on the stairs.", "I rent a flat of {number} square metres in {place}.",
        "I want to swap the {thing} for something from {place}.")),
    Topic(("music", "the choir", "the concert", "the band"), (
        "I play in a band with {name} and {other}.", "I heard {name} sing in {place}.",
        "My favourite song is about a {thing} and {number} horses.")),
    Topic(("travel", "the train", "the coast", "the holiday"), (
        "I went to {place} with {name} in {month}.", "I am going to {place} with {name} in {month}.",
        "I lost my {thing} on the way to {place}.")),
    Topic(("food", "the soup", "breakfast", "the market"), (
        "I do not eat anything that {name} brings from {place}.", "My favourite bakery is the one in {place}.",
        "I make soup for {number} people with {name} every {month}.")),
    Topic(("animals", "the dog", "the cat", "the vet"), (
        "My dog is called after {name} and sleeps on the {thing}.", "I adopted a cat from {place} in {month}.",
        "My parrot can say {name} and {other}.")),
    Topic(("sport", "the race", "the team", "swimming"), (
        "I swim {number} lengths with {name} on Thursdays.", "I ran the race of {place} in {month}.",
        "My team from {place} lost against {name} and {other}.")),
    Topic(("books", "the novel", "the library", "the poem"), (
        "I am reading a novel about a {thing} in {place}.", "My favourite writer is {name}.",
        "I returned {number} books to the library of {place}.")),
    Topic(("school", "the exam", "the course", "the teacher"), (
        "I study with {name} for the exam in {month}.", "My teacher {name} comes from {place}.",
        "I failed the course about {pastime}.")),
    Topic(("friends", "the party", "the letter", "an old friend"), (
        "My best friend {name} moved to {place} in {month}.", "My friend {name} taught me {pastime}.",
        "I owe {name} {number} euros for the {thing}.")),
)  # fmt: skip
STORIES = (
    "We talked about {subject} for {number} minutes and then {name} told me about {pastime}.",
    "On the way from {place} I met {name}, who carried a {thing} and laughed about {subject}.",
    "I was so tired of {subject} that I left before {name} came back from {place}.",
    "It rained in {place}, so {name} and I stayed in, looked at the {thing} and spoke of {pastime}.",
    "I felt happy about {subject}, though nothing much had happened since {month}.",
    "Somebody had put a {thing} next to the door, and {name} says that it belongs to {other}.",
    "I keep thinking of {subject} and of what {name} said about {pastime} in {month}.",
    "The worst of it was that {name} had forgotten {subject} and the {thing} as well.",
    "In the evening we watched {title}, a film about {subject} and {pastime}, and {name} fell asleep on the {thing}.",
    "{name} recommends {title} to everybody, and I still do not know whether that is a book or a drink.",
    "There were {number} people in {place}, most of them there for {pastime}, and hardly any for {subject}.",
)
REPLIES = (
    "That sounds like a good day, and {name} seems to care about {subject}.",
    "You could ask {name} about {pastime}; people in {place} know a lot about it.",
    "For {subject} I would begin with the {thing} and take {number} minutes a day.",
    "I am sorry about {subject}. Would a walk through {place} help?",
    "Many people who enjoy {pastime} keep a {thing} for it, so that is not strange at all.",
    "I see.",
    "If {subject} is on your mind, perhaps {title} is the right thing to read tonight.",
    "How did {name} take it, and what is left of {subject} now?",
)
QUESTIONS = (
    "Where does {name} live now?",
    "What did I tell you about {subject} and {name} in {month}?",
    "Who taught me {pastime}, and when did we go to {place}?",
    "What happened to my {thing}?",
    "What did {name} say about {title}?",
    "{name} called again this morning about {subject}, and I did not know what to say about the {thing}.",
    "Did I ever go to {place} with {name}?",
    "I am thinking of taking up {pastime} again, what do you think?",
    "Which of my friends likes {pastime}, and which of them comes from {place}?",
    "What was it that {name} and {other} said about {subject} last week?",
    "Yesterday I sat in {place} for {number} minutes, thought of {subject} and of everything that {name} has done for "
    "me since {month}, and in the end I bought a {thing} that I do not need.",
)
