"""Disks that are full or read-only, made for a test: small file systems in memory where the system allows it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """`folder` on a disk of `size` (as mount writes it: "2m")."""
    _mount_or_skip(folder, f"size={size},mode=700")
    try:
        yield folder
    finally:
        _run("umount", "--lazy", folder)


@contextlib.contextmanager
def read_only_copy(source: Path, beside: Path) -> Iterator[Path]:
    """A copy of `source` that nobody can write to, root neither."""
    folder = beside / "read-only"
    if os.name == "posix" and os.geteuid() != 0:
        shutil.copytree(source, folder)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o500 if path.is_dir() else 0o400)
        try:
            yield folder
        finally:
            for path in [folder, *folder.rglob("*")]:
                path.chmod(0o700)
        return
    _mount_or_skip(folder, "size=64m,mode=700")
    try:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        if not _run("mount", "-o", "remount,ro", folder):
            pytest.skip("a file system cannot be made read-only here")
        yield folder
    finally:
        _run("umount", "--lazy", folder)


def _mount_or_skip(folder: Path, options: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root on Linux")
    if not _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder):
        pytest.skip("this system lets nobody mount a file system")


def _run(*command: str | Path) -> bool:
    return subprocess.run([str(part) for part in command], capture_output=True, check=False).returncode == 0
