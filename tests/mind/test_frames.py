"""Stretches of a turn that are not the person's own words are left out, and what stands beside them is kept."""

from __future__ import annotations

from companion.mind.admit import admit
from companion.mind.frames import frames, masked
from companion.mind.rules import rules


def reasons(text: str) -> list[str]:
    return [reason for _, _, reason in frames(text, rules("en"))]


def test_a_log_of_a_chat_is_nobodys_statement() -> None:
    assert reasons("[14:02] Kev: i got the results\n[14:03] Marta: im crying") == ["transcript", "transcript"]
    assert not reasons("Name: Ana\nCity: Leeds")


def test_a_text_to_work_on_is_left_out_on_either_side() -> None:
    assert not admit("Translate this into French\n\nI have two sons and I live in Rome.")
    assert not admit("I always add a pinch of salt.\n\nfound this on a blog, any good?")
    assert admit("What a week.\n\nI moved to Rome with my two sons.")


def test_a_quotation_over_several_sentences_is_masked_where_it_begins() -> None:
    text = 'My card said "Be well. I love you." I keep it in my wallet.'
    found = frames(text, rules("en"))
    assert masked(found, text, 0, 22) == "My card said _________"
    assert [s.text for s in admit(text)] == ["I keep it in my wallet."]


def test_a_turn_that_opens_with_an_action_is_played_but_a_gesture_is_not() -> None:
    assert not admit("*adjusts his crown, rises* I have ruled this land for a thousand years.")
    assert admit("*sighs deeply* I failed my driving test again.")
