"""Linux, macOS, Windows: no name that only one of them has is used without a branch, and every module is imported as if
on Windows. What was run on which system is told in docs/platforms.md; this file runs on one."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from companion import disk
from companion.text import is_device
from tests.architecture import platforms_page

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "companion").rglob("*.py"))

POSIX_MODULES = {"fcntl", "resource", "termios", "tty", "pty", "pwd", "grp", "posix", "readline", "curses", "syslog"}
WINDOWS_MODULES = {"msvcrt", "winreg", "winsound", "_winapi", "nt"}


def _words(listed: str) -> set[str]:
    return set(listed.split())


NOT_EVERYWHERE = {
    "os": _words(
        "O_CLOEXEC O_DIRECTORY O_DSYNC O_NOATIME O_NOFOLLOW O_NONBLOCK O_PATH O_SYNC O_TMPFILE chown chroot "
        "confstr copy_file_range ctermid eventfd fchmod fchown fdatasync fork forkpty fstatvfs getegid "
        "geteuid getgid getgroups getloadavg getpgid getpgrp getpriority getrandom getsid getuid getxattr "
        "initgroups killpg lchown listxattr lockf memfd_create mkfifo mknod nice openpty pathconf pidfd_open "
        "posix_fadvise posix_fallocate posix_spawn posix_spawnp pread preadv pwrite pwritev register_at_fork "
        "sched_getaffinity sched_setaffinity sched_yield sendfile setgid setpgid setpriority setsid setuid "
        "setxattr splice startfile statvfs sync sysconf tcgetpgrp tcsetpgrp ttyname uname wait wait3 wait4 "
        "waitid"
    ),
    "signal": _words(
        "SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGUSR1 "
        "SIGUSR2 SIGWINCH alarm pause pthread_kill pthread_sigmask setitimer siginterrupt sigtimedwait "
        "sigwait"
    ),
    "time": _words("CLOCK_BOOTTIME CLOCK_MONOTONIC CLOCK_REALTIME clock_gettime clock_settime tzset"),
    "select": _words("devpoll epoll kqueue poll"),
    "socket": _words("AF_ALG AF_NETLINK AF_PACKET AF_UNIX AF_VSOCK SO_REUSEPORT"),
}
_ASKED = ("sys.platform", "os.name", "platform.system", "hasattr(", "getattr(", "_mac()", "available()")


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def _asks(node: ast.AST) -> bool:
    return any(word in ast.unparse(node) for word in _ASKED)


class _Uses(ast.NodeVisitor):
    """Lines on which a name that is not everywhere is used, and no question about the system was asked around it:
    in an `if`, in a `try` that expects its absence, or by a return before it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[str] = []
        self._functions: list[str] = []
        self._guards = 0

    def _body(self, statements: list[ast.stmt]) -> None:
        before = self._guards
        for each in statements:
            self.visit(each)
            if isinstance(each, ast.If) and _asks(each.test) and isinstance(each.body[-1], ast.Return | ast.Raise):
                self._guards += 1
        self._guards = before

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._functions.append(node.name)
        self._body(node.body)
        self._functions.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]  # noqa: N815 - the name is ast's

    def visit_If(self, node: ast.If | ast.IfExp) -> None:
        self._guarded(node, _asks(node.test))

    visit_IfExp = visit_If  # noqa: N815

    def visit_Try(self, node: ast.Try) -> None:
        caught = " ".join(ast.unparse(each.type) for each in node.handlers if each.type is not None)
        self._guarded(node, any(name in caught for name in ("ImportError", "AttributeError")))

    def visit_With(self, node: ast.With) -> None:
        suppressed = " ".join(ast.unparse(each.context_expr) for each in node.items)
        self._guarded(
            node, "suppress(" in suppressed and ("AttributeError" in suppressed or "Exception)" in suppressed)
        )

    def _guarded(self, node: ast.AST, guarded: bool) -> None:
        self._guards += guarded
        self.generic_visit(node)
        self._guards -= guarded

    def _note(self, node: ast.AST, name: str) -> None:
        if not self._guards:
            where = self._functions[-1] if self._functions else "the module"
            self.found.append(f"{self.file}:{node.lineno} {name} in {where}")  # type: ignore[attr-defined]

    def visit_Import(self, node: ast.Import) -> None:
        for each in node.names:
            if each.name.split(".")[0] in POSIX_MODULES | WINDOWS_MODULES:
                self._note(node, each.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if not node.level and (node.module or "").split(".")[0] in POSIX_MODULES | WINDOWS_MODULES:
            self._note(node, str(node.module))
        for each in node.names:
            if each.name in NOT_EVERYWHERE.get(node.module or "", ()):
                self._note(node, f"{node.module}.{each.name}")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name) and node.attr in NOT_EVERYWHERE.get(node.value.id, ()):
            self._note(node, f"{node.value.id}.{node.attr}")
        self.generic_visit(node)


def uses(source: ast.Module, file: str = "made up") -> list[str]:
    visitor = _Uses(file)
    visitor._body(source.body)
    return visitor.found


def test_no_name_that_only_some_systems_have_is_used_without_a_branch() -> None:
    found = [use for file in MODULES for use in uses(tree(file), file.relative_to(ROOT).as_posix())]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import fcntl",
        "def f():\n import termios",
        "import os\ndef f(): return os.getuid()",
        "import signal\nsignal.signal(signal.SIGHUP, g)",
        "from os import fork",
        "import os, sys\nif len(sys.argv): os.sync()",
        "import os\ntry:\n os.fork()\nexcept OSError: pass",
    ],
)
def test_who_uses_one_is_seen(source: str) -> None:
    assert uses(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nif sys.platform != 'win32':\n import fcntl",
        "import os, sys\ndef f():\n if sys.platform == 'win32':\n  return\n os.getuid()",
        "import signal\nif hasattr(signal, 'SIGHUP'): signal.SIGHUP",
        "try:\n import resource\nexcept ImportError:\n pass",
        "import os\nos.fsync(3)",
    ],
)
def test_who_asks_first_is_left_alone(source: str) -> None:
    assert not uses(ast.parse(source))


def test_processes_are_begun_in_the_one_way_that_every_system_has() -> None:
    """`spawn`; what is forked on Linux would not be there on Windows, nor safe beside threads."""
    for file in MODULES:
        source = file.read_text("utf-8")
        assert "ProcessPoolExecutor" not in source, file
        assert "get_context(" not in source or 'get_context("spawn")' in source, file
        assert "multiprocessing.Process(" not in source, file


def test_no_date_is_written_with_what_only_some_systems_understand() -> None:
    """strftime("%-d") is glibc's and the Mac's; Windows raises."""
    for file in MODULES:
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not any(f"%-{letter}" in node.value for letter in "dmHIMSjy"), (file, node.lineno)


PRETEND = """
import ctypes, importlib, json, os, pkgutil, signal, sys, time
import companion

def every():
    for found in pkgutil.walk_packages(companion.__path__, "companion."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)

every()  # libraries are those of this system
for name in [name for name in sys.modules if name.split(".")[0] == "companion"]:
    del sys.modules[name]
import companion
sys.platform = "win32"
ctypes.cdll.msvcrt = ctypes.CDLL(None)
gone = json.loads(sys.argv[1])
for name in gone["modules"]:
    sys.modules[name] = None
for module, names in gone["names"].items():
    for name in names:
        if name != "startfile" and hasattr(sys.modules[module], name):
            delattr(sys.modules[module], name)
every()
print(sum(name.split(".")[0] == "companion" for name in sys.modules))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there it needs no pretending")
def test_every_module_is_imported_as_if_on_windows() -> None:
    """With the libraries of this system, but none of the names that Windows lacks."""
    gone = {
        "modules": sorted(POSIX_MODULES - {"posix"}),
        "names": {name: sorted(names) for name, names in NOT_EVERYWHERE.items() if name in ("os", "signal", "time")},
    }
    done = subprocess.run(
        [sys.executable, "-c", PRETEND, json.dumps(gone)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout) >= len(MODULES) - 5


def test_where_a_disk_knows_no_full_sync_the_usual_one_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a Mac: its request is made, which this system refuses, and the file is synced all the same."""
    fcntl = pytest.importorskip("fcntl")
    synced: list[int] = []
    monkeypatch.setattr(disk.sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(disk.os, "fsync", synced.append)
    monkeypatch.setattr(fcntl, "fcntl", lambda *_: (_ for _ in ()).throw(OSError(22, "Invalid argument")))
    path = tmp_path / "x"
    path.touch()
    disk.sync(path)
    assert len(synced) == 1
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(fcntl, "fcntl", lambda descriptor, what: asked.append((descriptor, what)))
    disk.sync(path)
    assert len(synced) == 1
    assert [what for _, what in asked] == [51]


def test_nothing_goes_to_the_disk_past_that() -> None:
    """What calls fsync itself is not on the disk yet on a Mac."""
    calls = [file for file in MODULES if "fsync(" in file.read_text("utf-8")]
    assert calls == [ROOT / "companion" / "disk.py"]


@pytest.mark.parametrize("name", ["con", "CON.toml", "nul.gguf", "com1", "LPT9.txt", "aux.tar.gz"])
def test_no_file_is_made_that_windows_would_take_for_a_device(name: str) -> None:
    assert is_device(name)
    assert not is_device(f"my-{name}")


@pytest.mark.parametrize("name", ["console", "comb.md", "com10.md", "Null.gguf", "auxiliary", "lpt.txt"])
def test_a_name_that_only_begins_like_one_is_a_name(name: str) -> None:
    assert not is_device(name)


@pytest.mark.nightly
@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_what_a_system_lacks_is_called_behind_a_branch_only(platform: str, tmp_path: Path) -> None:
    """The standard library's types say which system has what; mypy leaves out what stands behind `sys.platform`."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--platform", platform, "--cache-dir", str(tmp_path)],
        cwd=platforms_page.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_page_knows_every_dependency() -> None:
    table = platforms_page.PAGE.read_text("utf-8").partition(platforms_page.BEGIN)[2].partition(platforms_page.END)[0]
    told = {line.split("|")[1].strip() for line in table.strip().splitlines()[2:]}
    missing = set(platforms_page.direct()) - told
    assert missing == set(), "write it anew: python -m tests.architecture.platforms_page"
    for name in platforms_page.PLATFORMS:
        assert f"| {name} " in table
