"""What a program and all its processes did with sockets and new files, as strace tells (Linux)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

_MAKING = "open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mknod,mknodat"
_INTERNET = re.compile(r"\bAF_(INET6?|PACKET|VSOCK|BLUETOOTH|NETLINK)\b")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CALL = re.compile(r"^(?:\d+\s+)?(\w+)\((.*)$")


@cache
def can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-f", "-qq", "-o", os.devnull, "true"], capture_output=True).returncode == 0


@cache
def can_be_cut_off() -> bool:
    """Whether a process can be run in a network of its own, with nothing in it."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode == 0


def traced(log: Path) -> list[str]:
    """The command that puts what its program does into `log`."""
    return ["strace", "-f", "-qq", "--seccomp-bpf", "-s", "4096", "-e", f"trace=network,{_MAKING}", "-o", str(log)]


def internet(log: Path) -> list[str]:
    """Lines in which a socket of another family than AF_UNIX is made, connected, bound or sent from."""
    return [line for line in log.read_text("utf-8", "replace").splitlines() if _INTERNET.search(line)]


def families(log: Path) -> Counter[str]:
    """How often each call was made with each family of sockets."""
    found: Counter[str] = Counter()
    for line in log.read_text("utf-8", "replace").splitlines():
        if (call := _CALL.match(line)) and (family := re.search(r"\bAF_\w+", call[2])):
            found[f"{call[1]}({family[0]})"] += 1
    return found


def made(log: Path) -> set[Path]:
    """Files and folders that came to be, or that were opened so that they would, also those gone since."""
    found: set[Path] = set()
    for line in log.read_text("utf-8", "replace").splitlines():
        call = _CALL.match(line)
        if call is None or re.search(r"= -1 E", line):
            continue
        if call[1] in ("open", "openat") and "O_CREAT" not in line and "O_TMPFILE" not in line:
            continue
        if call[1] in _MAKING.split(",") and (paths := _PATH.findall(call[2])):
            found.add(Path(paths[-1]))
    return found
