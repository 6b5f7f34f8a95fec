"""Segments: what their files are called, and what is known of one that is closed.

    SEQUENCE-UTC.mcap            every topic but pictures
    SEQUENCE-UTC-pictures.mcap   pictures alone, so that they can expire and the rest stay as it is

A file is called `.part` until it is closed. Names sort by sequence, whatever the clock does.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PART = ".part"
PICTURES = "-pictures"
NAME = re.compile(r"(\d{8})-\d{8}T\d{6}Z(-pictures)?\.mcap")
MB = 1e6
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class ClosedFile:
    """A whole file of the ring; `sha256` is empty where an earlier process closed it."""

    path: Path
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A closed segment; times are of the monotonic clock."""

    sequence: int
    ended_s: float
    files: tuple[ClosedFile, ...]


def segment_name(sequence: int, wall_s: float, *, pictures: bool = False) -> str:
    """The file name of a segment that begins at a time (seconds since the epoch)."""
    utc = datetime.fromtimestamp(wall_s, UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{sequence:08d}-{utc}{PICTURES if pictures else ''}.mcap"


def sequence_of(name: str) -> int | None:
    """The sequence number in a segment's file name, `.part` or not; None for another file."""
    found = NAME.fullmatch(name.removesuffix(PART))
    return int(found[1]) if found else None


def is_picture_file(name: str) -> bool:
    """Whether a segment's file holds pictures."""
    return name.removesuffix(PART).endswith(f"{PICTURES}.mcap")


def recordings_in(folder: Path) -> list[Path]:
    """The whole files of a ring or a seal but pictures, in the order of their time."""
    names = sorted(path.name for path in folder.glob("*.mcap") if not is_picture_file(path.name))
    return [folder / name for name in names if sequence_of(name) is not None]


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hashed(file: ClosedFile) -> ClosedFile:
    """The file with its hash, read where it is not known; raises OSError."""
    if file.sha256:
        return file
    return ClosedFile(file.path, file.path.stat().st_size, sha256_of_file(file.path))
