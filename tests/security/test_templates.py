"""A chat template is a program that comes with a model file: it reaches nothing, ends in time and takes no memory."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import jinja2
import pytest

from companion.errors import ModelError, ModelUnreadable, ModelWithoutTemplate
from companion.model import template, template_child
from companion.model.protocol import Message
from companion.model.template import ChatTemplate
from companion.model.template_child import TemplateChild
from companion.model.template_plain import is_plain
from companion.model.template_worker import environment
from tests.model.test_template import CHATML, STRICT, THINKING

TALK = [Message("user", "Hello"), Message("assistant", "Hi"), Message("user", "How are you?")]
ENDLESS = {
    "loops in loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "a macro that calls itself twice": "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}"
    "{{ f(60) }}",
    "a loop that calls itself": "{% for x in [[[[[[[1]*9]*9]*9]*9]*9]*9]*9 recursive %}{% if x is iterable %}"
    "{{ loop(x) }}{{ loop(x) }}{{ loop(x) }}{% endif %}{% endfor %}",
    "a power": "{{ 10 ** (10 ** 10) }}",
    "a power, not constant": "{% set n = messages|length + 9 %}{{ n ** (n ** n) }}",
    "a string many times": "{{ 'a' * 10 ** 11 }}",
    "a string many times, not constant": "{{ messages[0].role * 10 ** 11 }}",
    "a list many times": "{% set a = [0] * 10 ** 10 %}{{ a|length }}",
    "doubling": "{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
    "doubling, line by line": "{% set s = 'ab' %}" + "{% set s = s ~ s %}" * 60 + "{{ s }}",
    "doubling a loop's name": "{% for m in messages %}" + "{% set m = m ~ m %}" * 60 + "{{ m }}{% endfor %}",
    "a thousand laughs": "{% set a = ['lol'] %}" + "{% set a = [a,a,a,a,a,a,a,a,a,a] %}" * 12 + "{{ a }}",
    "a wide format": "{{ '%99999999999d'|format(1) }}",
    "a wide format method": "{{ '{:>99999999999}'.format(1) }}",
    "centred": "{{ 'x'|center(10 ** 11) }}",
    "replaced with more": "{% set ns = namespace(s='aa') %}{% for i in range(40) %}"
    "{% set ns.s = ns.s|replace('a', 'aaaa') %}{% endfor %}",
    "indented": "{{ ('\\n' * 99999)|indent(10 ** 7, blank=true) }}",
    "joined": "{{ (range(99999)|list * 999999)|join('x' * 99) }}",
    "lorem ipsum": "{{ lipsum(n=10 ** 8) }}",
    "a list of lists": "{{ ([range(99999)] * 99999)|map('list')|list|length }}",
    "summed lists": "{{ ([range(99999)|list] * 99999)|sum(start=[])|length }}",
    "compared": "{% set a = [1] %}{% set b = [1] %}" + "{% set a = [a,a] %}{% set b = [b,b] %}" * 60 + "{{ a == b }}",
    "hashed": "{% set a = (1,) %}" + "{% set a = (a,a) %}" * 60 + "{{ {a: 1} }}",
    "cycled": "{% set c = cycler(1, 2) %}{% for i in range(99999) %}{% for j in range(99999) %}{{ c.next() }}"
    "{% endfor %}{% endfor %}",
    "much text": "{% for i in range(99999) %}" + "x" * 999 + "{% endfor %}",
    "sorted": "{{ (range(99999)|list * 9999)|sort|length }}",
    "batches": "{{ 'x'|batch(10 ** 10, 'y')|list|length }}",
}
REACHING = {
    "class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "attr": "{{ ''|attr('__class__') }}",
    "globals": "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "cycler": "{{ cycler.__init__.__globals__.os.environ }}",
    "format": "{{ '{0.__class__.__init__.__globals__}'.format(cycler) }}",
    "format map": "{{ '{x.__class__}'.format_map({'x': namespace}) }}",
    "frame": "{{ (messages|map('upper')).gi_frame.f_globals }}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'os' as os %}{{ os }}",
    "self": "{{ self._TemplateReference__context.environment }}",
    "changing": "{{ messages.append({'role': 'user', 'content': 'sent by nobody'}) }}",
    "strftime": "{{ strftime_now.__globals__ }}",
    "raise": "{{ raise_exception.__globals__['jinja2'] }}",
    "getitem": "{{ messages['__class__']['__init__'] }}",
    "select": "{{ [namespace]|map(attribute='__init__.__globals__')|list }}",
}
DEEP = {
    "parentheses": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "lists": "{{ " + "[" * 3000 + "]" * 3000 + " }}",
    "ifs": "{% if 1 %}" * 500 + "{% endif %}" * 500,
    "nots": "{{ " + "not " * 5000 + "1 }}",
    "a long number": "{{ " + "9" * 100_000 + " }}",
    "a long source": "{# " + "x" * 2_000_000 + " #}",
}


PUSHED = frozenset(
    {"loops in loops", "a macro that calls itself twice", "a power", "doubling a loop's name", "a thousand laughs"}
)
ENDLESS_ONES = [
    pytest.param(source, id=name, marks=() if name in PUSHED else pytest.mark.nightly)
    for name, source in ENDLESS.items()
]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_child, "SECONDS", 0.4)


@pytest.mark.parametrize("source", ENDLESS_ONES)
def test_what_would_never_end_is_ended(source: str) -> None:
    """Never rendered in this process: it would still be at it, or out of memory."""
    with pytest.raises(ModelError) as raised:
        ChatTemplate(CHATML + source).pieces(TALK)
    assert raised.value.hint


def test_a_runaway_template_is_said_to_be_one() -> None:
    with pytest.raises(ModelUnreadable) as raised:
        ChatTemplate(CHATML + ENDLESS["loops in loops"])
    assert "takes too long" in str(raised.value)
    assert "Do not use this file" in raised.value.hint


@pytest.mark.parametrize("source", REACHING.values(), ids=REACHING.keys())
def test_nothing_outside_is_reached(source: str) -> None:
    shown = ""
    try:
        pieces = ChatTemplate(CHATML + source).pieces(TALK)
        shown = "".join(piece.text for piece in pieces if piece.kind == "markup")
    except ModelError:
        return
    plain = "".join(piece.text for piece in ChatTemplate(CHATML).pieces(TALK) if piece.kind == "markup")
    assert shown.startswith(plain)
    rest = shown.removeprefix(plain)
    assert not any(word in rest for word in ("<class", "<module", "<function", "<built", "environ", "root:", "uid="))


@pytest.mark.parametrize("source", DEEP.values(), ids=DEEP.keys())
def test_what_is_too_deep_to_read_is_an_error(source: str) -> None:
    with suppress(ModelError):
        assert ChatTemplate(source + CHATML).pieces(TALK)[-1].text.endswith("assistant\n")  # it may be read, too


def test_the_sets_are_what_they_say() -> None:
    """A positive control: without the limits the first of them is not over in the time that ends it."""
    code = (
        "from companion.model.template_worker import environment;"
        f"environment().from_string({ENDLESS['a macro that calls itself twice']!r}).render()"
    )
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", code], timeout=1.5, check=False)


@pytest.mark.parametrize("source", [*ENDLESS.values(), *REACHING.values()])
def test_none_of_them_is_taken_for_plain(source: str) -> None:
    try:
        parsed = environment().parse(CHATML + source)
    except jinja2.TemplateError:
        return
    if is_plain(parsed, source):  # then it does nothing that could grow: the attribute is refused by the sandbox
        assert source in REACHING.values()


@pytest.mark.parametrize("source", [CHATML, STRICT, THINKING])
def test_what_most_models_bring_needs_no_process(source: str) -> None:
    assert is_plain(environment().parse(source), source)


@pytest.mark.parametrize("source", [CHATML, STRICT, THINKING])
def test_both_ways_write_the_same(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = [piece.text for piece in ChatTemplate(source).pieces(TALK)]
    monkeypatch.setattr(template, "is_plain", lambda *_: False)
    there = ChatTemplate(source)
    assert isinstance(there._template, TemplateChild)
    assert [piece.text for piece in there.pieces(TALK)] == here


def test_after_one_was_ended_the_next_is_rendered() -> None:
    """It runs away only now and then: the engine goes on with the next message."""
    child = TemplateChild("{% if n > 1 %}{{ 10 ** (10 ** n) }}{% endif %}fine")
    assert child.render({"n": 1}) == "fine"
    with pytest.raises(template_child.TemplateRunaway):
        child.render({"n": 10})
    assert child.render({"n": 1}) == "fine"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_its_process_has_no_secrets_and_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANION_MODEL__API_KEY", "a-secret-of-mine")
    child = TemplateChild("fine")
    child.render({})
    assert child._process is not None
    pid = child._process.pid
    assert b"a-secret-of-mine" not in Path(f"/proc/{pid}/environ").read_bytes()
    del child
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(f"/proc/{pid}").exists()


def test_a_template_cannot_make_up_a_place_for_a_text() -> None:
    """It sees marks where texts stand; one that it changed stands for no text."""
    source = CHATML.replace("message['content']", "message['content']|replace('.0', '.9999')")
    with pytest.raises(ModelWithoutTemplate):
        ChatTemplate(source).pieces(TALK)


def test_long_work_over_long_text_is_not_done_in_place() -> None:
    """Nothing in it grows, and yet 200 messages took 14 seconds."""
    chain = "{% if c" + "|upper|lower" * 8 + " == 'b' %}{% endif %}"

    def made(size: int) -> str:
        inside = (
            "{% for message in messages %}" + chain * (size // 2 // len(chain)) + "{{ message.content }}{% endfor %}"
        )
        return "{% set c = '" + "a" * (size // 2) + "' %}" + inside

    assert is_plain(environment().parse(made(6_000)), made(6_000))
    assert not is_plain(environment().parse(made(60_000)), made(60_000))
