"""The offline seal, in processes of their own: it cannot be taken off again."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion import network
from companion.events import StatusChanged
from companion.status import EngineStatus
from companion.ui.progress import Progress

ROOT = Path(__file__).parents[1]
ELSEWHERE = "192.0.2.1"
"""An address that belongs to nobody (RFC 5737)."""


def run(program: str) -> str:
    begin = "import socket, threading\nfrom companion import kernel_seal, network\n"
    done = subprocess.run(
        [sys.executable, "-c", begin + textwrap.dedent(program)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


ATTEMPTS = {
    "connect": f"socket.socket().connect(('{ELSEWHERE}', 9))",
    "connect_ex": f"socket.socket().connect_ex(('{ELSEWHERE}', 9))",
    "connect 6": "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 9))",
    "mapped": f"socket.socket(socket.AF_INET6).connect(('::ffff:{ELSEWHERE}', 9))",
    "datagram": f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('{ELSEWHERE}', 53))",
    "name": "socket.getaddrinfo('example.org', 80)",
    "name as bytes": "socket.getaddrinfo(b'example.org', 80)",
    "old name": "socket.gethostbyname('example.org')",
    "reverse": f"socket.gethostbyaddr('{ELSEWHERE}')",
    "listening": "socket.socket().bind(('0.0.0.0', 0))",
    "listening anywhere": "socket.socket().bind(('', 0))",
    "asyncio": f"import asyncio; asyncio.run(asyncio.open_connection('{ELSEWHERE}', 9))",
    "urllib": "import urllib.request; urllib.request.urlopen('http://example.org/')",
    "httpx": "import httpx; httpx.get('http://example.org/')",
    "http.client": "import http.client; http.client.HTTPConnection('example.org').request('GET', '/')",
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_no_way_leads_out(attempt: str) -> None:
    """However it is tried; what is refused is noted with who tried."""
    out = run(f"""
        network.seal()
        try:
            {ATTEMPTS[attempt]}
        except Exception as error:
            print("refused" if "was not reached" in str(error) else repr(error))
        else:
            print("went out")
        print(len(network.refused()), network.reached())
        """)
    assert out == "refused\n1 ()\n"


def test_this_computer_is_reached() -> None:
    out = run("""
        network.seal()
        server = socket.create_server(("127.0.0.1", 0))
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            socket.create_connection((host, port)).close()
        one, other = socket.socketpair()
        one.send(b"x")
        print(other.recv(1), network.reached(), network.refused())
        """)
    assert out == "b'x' () ()\n"


def test_what_the_person_asked_for_may_be_reached_by_whoever_does_it_and_as_long_as_it_lasts() -> None:
    out = run(f"""
        network.seal()
        def reach(address):
            try:
                connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                connection.connect((address, 9))  # a datagram's socket sends nothing when it is connected
            except network.NotAllowed:
                return "no"
            except OSError:
                pass
            return "yes"
        told = []
        with network.allowing("{ELSEWHERE}"):
            told += [reach("{ELSEWHERE}"), reach("192.0.2.2")]
            other = threading.Thread(target=lambda: told.append(reach("{ELSEWHERE}")))
            other.start()
            other.join()
        told.append(reach("{ELSEWHERE}"))
        with network.allowing():
            told.append(reach("192.0.2.3"))
        network.permit("192.0.2.4")
        told += [reach("192.0.2.4"), reach("192.0.2.3")]
        print(*told, *network.reached())
        """)
    assert out == f"yes no no no yes yes no {ELSEWHERE} 192.0.2.3 192.0.2.4\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's")
def test_native_code_and_child_processes_cannot_reach_out_either() -> None:
    out = run("""
        import ctypes, errno, subprocess, sys
        libc = ctypes.CDLL(None, use_errno=True)
        def native(family):
            made = libc.socket(family, socket.SOCK_STREAM, 0)
            return "made" if made >= 0 else errno.errorcode[ctypes.get_errno()]
        told = [native(2)]  # the positive control
        told.append(kernel_seal.close_internet())
        told += [native(2), native(10), native(1)]
        for start in (threading.Thread.start, kernel_seal.start_free):
            thread = threading.Thread(target=lambda: told.append(native(2)))
            start(thread)
            thread.join()
        child = "import socket; socket.socket()"
        told.append(subprocess.run([sys.executable, "-c", child], stderr=subprocess.DEVNULL).returncode)
        print(*told)
        """)
    assert out == "made True EACCES EACCES made EACCES made 1\n"


@given(st.ip_addresses(v=4))
def test_of_the_addresses_only_loopback_is_here(address: IPv4Address) -> None:
    here = str(address).startswith("127.")
    assert network.is_here(str(address)) is here
    assert network.is_here(f"::ffff:{address}") is here


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST.", "a.localhost", "::1", "127.9.9.9", "::ffff:127.0.0.1", ""])
def test_names_of_this_computer(name: str) -> None:
    assert network.is_here(name)


@pytest.mark.parametrize("name", ["localhost.example.org", "127.0.0.1.example.org", "example", "2130706433", "0x7f.1"])
def test_names_that_only_look_like_it(name: str) -> None:
    assert not network.is_here(name)


def test_the_status_line_says_whether_it_stayed(monkeypatch: pytest.MonkeyPatch) -> None:
    progress = Progress()
    monkeypatch.setattr(network, "is_sealed", lambda: True)
    progress.note(StatusChanged(EngineStatus("ready", "m")))
    assert "offline" in progress.facts()[0]
    assert progress.always == 1
    progress.note(StatusChanged(EngineStatus("ready", "m", reached=("huggingface.co",))))
    assert "huggingface.co" in progress.facts()[0]
    assert "offline" not in " ".join(progress.facts())
    monkeypatch.setattr(network, "is_sealed", lambda: False)
    progress.note(StatusChanged(EngineStatus("ready", "m")))
    assert "offline" not in " ".join(progress.facts())
