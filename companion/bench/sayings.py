"""What is said in the speed bench: made up, ordinary, and always the same."""

from __future__ import annotations

FACTS = (
    "My dog is called Biscuit and he is afraid of thunder.",
    "My sister Nora lives in Lisbon and teaches the cello.",
    "I am allergic to hazelnuts.",
    "I work night shifts at the harbour twice a week.",
    "My favourite tea is smoked Lapsang with a little honey.",
    "I am learning Portuguese so that I can talk with my nephew.",
    "My bicycle was stolen in March and I bought a green one.",
    "My father built the wooden boat that we still sail in summer.",
    "I cannot sleep when there is a full moon.",
    "My neighbour Mr Okafor looks after the plants when I am away.",
    "I ran my first half marathon in Porto last autumn.",
    "My grandmother's recipe for lentil soup needs cumin and lemon.",
)

STORIES = (
    "This morning I got up before anyone else was awake and walked down to the river, because the light on the water "
    "is best before seven. There was a heron standing by the old bridge, quite still, and I stood there as well until "
    "my feet were wet. On the way back I met the baker, who was carrying two trays across the street, and she gave me "
    "a roll that had come out crooked. I ate it on the steps and thought that I ought to do this more often.",
    "At work they have changed the plan for the spring again. We were going to move the whole archive in April, and "
    "now it is to be done in three parts, the first of them next week, which nobody has prepared for. I do not mind "
    "the work, I mind that it is decided in a room where none of us sit. I said so in the meeting, a little louder "
    "than I meant to, and afterwards two people came to my desk to say that they had thought the same.",
    "I have been reading a long novel about a family that keeps a lighthouse. Not much happens in it: someone paints a "
    "door, someone waits for a letter, a storm comes and goes. But every chapter is told by another of them, and by "
    "and by you notice that they remember the same summer quite differently. I keep wondering which of them is right, "
    "and I suspect that the writer does not know it either.",
    "My kitchen has been full of boxes since the pipe burst. The plumber came on Tuesday, looked at the wall for long, "
    "and said that the house is older than its papers. He is to come back with a colleague. Until then I cook on "
    "a camping stove on the balcony, which was funny on the first evening and is rather less so in the rain. Yesterday "
    "I made pancakes under an umbrella, and the neighbours across the yard applauded.",
    "We had the choir rehearsal in the small church, as the hall is being painted. It sounds quite different there; "
    "every wrong note stays in the air for a while, so that you hear it twice. The new conductor is young and very "
    "patient. She made the basses sing alone until we laughed, and then it suddenly worked. The concert is in six "
    "weeks, and I still cannot sing the middle part without looking at my hands.",
    "On Sunday I took the slow train to the coast with nothing but a sandwich and a map. I got out at the last stop, "
    "walked along the dunes for three hours and hardly met anyone. There is a café there in an old railway carriage, "
    "and the woman who runs it told me that she used to be a judge. I asked whether she missed it. She said that she "
    "misses the silence just before people speak.",
)

REPLIES = (
    "A heron by the old bridge before seven, and a crooked roll on the steps: mornings like that stay with you. I hope "
    "your feet are dry by now.",
    "It is hard to be told how the work will go by people who do not do it. I am glad you said so, and that two of "
    "them came to your desk afterwards.",
    "Perhaps none of them is right, and the lighthouse is the only one who saw all of it. What do you like best in it?",
)
"""To the first of the stories."""

QUESTIONS = (
    "What was my dog called again, and what is he afraid of?",
    "Do you remember where my sister lives and what she teaches?",
    "Is there anything that I must not eat?",
    "Which nights do I work at the harbour?",
    "What kind of tea should I make this evening?",
    "Why am I learning Portuguese?",
    "What happened to my bicycle?",
    "Who built the boat that we sail in summer?",
    "Who looks after my plants when I am away?",
    "What does my grandmother's lentil soup need?",
)

WARM_UP = "What did I tell you about the full moon?"
