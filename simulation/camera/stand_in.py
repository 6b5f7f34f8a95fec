"""Small libraries that are compiled here to stand in for ones the machine lacks."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from patrol.errors import SunraError


class StandInError(SunraError):
    """A stand-in cannot be made; the message says what to install."""


def compiled(soname: str, source: str, cache: Path, links: Sequence[str] = ()) -> Path:
    """A shared library of that name from C++ source, made once; `links` are library paths.

    Raises StandInError where there is no compiler or it refuses.
    """
    text = f"{source}\n// {' '.join(links)}\n"
    folder = cache / hashlib.sha256(text.encode()).hexdigest()[:16]
    library = folder / soname
    if not library.exists():
        _compile(text, library, links)
    return library


def _compile(source: str, library: Path, links: Sequence[str]) -> None:
    compiler = shutil.which("c++")
    if compiler is None:
        raise StandInError(f"a stand-in for {library.name} needs a C++ compiler (Debian: g++)")
    library.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=library.parent) as folder:
        code, made = Path(folder) / "stand_in.cpp", Path(folder) / library.name
        code.write_text(source, encoding="utf-8")
        done = subprocess.run(
            [
                compiler, "-std=c++17", "-O2", "-shared", "-fPIC", "-Wl,--no-as-needed",
                f"-Wl,-soname,{library.name}", "-o", str(made), str(code), *links,
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise StandInError(f"a stand-in for {library.name} cannot be compiled: {last}")
        os.replace(made, library)
