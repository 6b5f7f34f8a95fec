"""Segments: MCAP files of raw CDR messages with their ROS definitions, each opened by itself.

    SEQUENCE-UTC.mcap            every topic but pictures
    SEQUENCE-UTC-pictures.mcap   pictures alone, so that they can expire and the rest stay as it is

A file is called `.part` until it is closed. Names sort by sequence, whatever the clock does.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from mcap.writer import CompressionType, Writer

PART = ".part"
PICTURES = "-pictures"
NAME = re.compile(r"(\d{8})-\d{8}T\d{6}Z(-pictures)?\.mcap")
CHUNK_BYTES = 1 << 18
NANOSECONDS = 1e9


@dataclass(frozen=True, slots=True)
class RecordedTopic:
    """A topic to record; `definition` is its .msg text with all it uses (MCAP's `ros2msg`)."""

    name: str
    type_name: str
    definition: str
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class ClosedFile:
    """A whole file of the ring."""

    path: Path
    size_bytes: int
    sha256: str


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


class _HashedStream:
    """Appends to a file, every write at once in the kernel's hands, and hashes what it writes."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("wb", buffering=0)
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    def write(self, data: bytes) -> int:
        """Write all of it; raises OSError."""
        rest = memoryview(data)
        while rest:
            written = self._raw.write(rest)
            self._hash.update(rest[:written])
            self.size_bytes += written
            rest = rest[written:]
        return len(data)

    def tell(self) -> int:
        """How much is written."""
        return self.size_bytes

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self, *, durable: bool) -> str:
        """Close the file, `durable`: once the disk has it; gives the SHA-256 of its content."""
        try:
            if durable:
                os.fsync(self._raw.fileno())
        finally:
            self._raw.close()
        return self._hash.hexdigest()


class SegmentFile:
    """One MCAP file under way; whole once closed, else readable up to its last flush."""

    def __init__(self, path: Path, topics: Iterable[RecordedTopic]) -> None:
        self.path = path
        self._part = path.with_name(path.name + PART)
        self._stream = _HashedStream(self._part)
        self._writer = Writer(
            cast(IO[bytes], self._stream), chunk_size=CHUNK_BYTES, compression=CompressionType.LZ4
        )
        try:
            self._channels = self._begin(topics)
        except OSError:
            self.abandon()
            raise
        self._sequence = 0

    def _begin(self, topics: Iterable[RecordedTopic]) -> dict[str, int]:
        self._writer.start(profile="ros2", library="sunra")
        schemas: dict[str, int] = {}
        channels = {}
        for topic in topics:
            if topic.type_name not in schemas:
                schemas[topic.type_name] = self._writer.register_schema(
                    topic.type_name, "ros2msg", topic.definition.encode()
                )
            channels[topic.name] = self._writer.register_channel(
                topic.name, "cdr", schemas[topic.type_name]
            )
        return channels

    @property
    def size_bytes(self) -> int:
        """What is on disk so far."""
        return self._stream.size_bytes

    def write(self, topic: str, cdr: bytes, received_s: float, vehicle_s: float) -> None:
        """A message: wall time of receipt as log time, the vehicle's clock as publish time.

        Raises OSError; then the file must be abandoned.
        """
        self._sequence += 1
        self._writer.add_message(
            self._channels[topic],
            log_time=round(received_s * NANOSECONDS),
            data=cdr,
            publish_time=round(vehicle_s * NANOSECONDS),
            sequence=self._sequence,
        )

    def flush(self) -> None:
        """Give the kernel everything that waits: it survives this process. Raises OSError."""
        self._writer.flush()  # type: ignore[no-untyped-call]  # mcap leaves it untyped

    def close(self) -> ClosedFile:
        """Write the index, sync, and give the file its name. Raises OSError."""
        try:
            self._writer.finish()  # type: ignore[no-untyped-call]
        except OSError:
            self.abandon()
            raise
        digest = self._stream.close(durable=True)
        self._part.replace(self.path)
        return ClosedFile(self.path, self._stream.size_bytes, digest)

    def abandon(self) -> None:
        """Let go of the file as it is; `recovery.recover` makes it whole."""
        self._stream.close(durable=False)
