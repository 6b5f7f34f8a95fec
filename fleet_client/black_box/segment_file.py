"""SegmentFile: an MCAP file of raw CDR messages with their ROS definitions, opened by itself."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from mcap.writer import CompressionType, Writer

from fleet_client.black_box.segment import PART, ClosedFile

CHUNK_BYTES = 1 << 18
NANOSECONDS = 1e9


@dataclass(frozen=True, slots=True)
class RecordedTopic:
    """A topic to record; `definition` is its .msg text with all it uses (MCAP's `ros2msg`)."""

    name: str
    type_name: str
    definition: str
    is_picture: bool = False


def writer_to(stream: IO[bytes]) -> Writer:
    """A writer of segments, started."""
    writer = Writer(stream, chunk_size=CHUNK_BYTES, compression=CompressionType.LZ4)
    writer.start(profile="ros2", library="sunra")
    return writer


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
        try:
            self._writer = writer_to(cast(IO[bytes], self._stream))
            self._channels = self._channels_of(topics)
        except OSError:
            self.abandon()
            raise
        self._sequence = 0

    def _channels_of(self, topics: Iterable[RecordedTopic]) -> dict[str, int]:
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
        self._writer.flush()

    def close(self) -> ClosedFile:
        """Write the index, sync, and give the file its name. Raises OSError."""
        try:
            self._writer.finish()
        except OSError:
            self.abandon()
            raise
        digest = self._stream.close(durable=True)
        self._part.replace(self.path)
        return ClosedFile(self.path, self._stream.size_bytes, digest)

    def abandon(self) -> None:
        """Let go of the file as it is; `recovery.recover` makes it whole."""
        with contextlib.suppress(OSError):
            self._stream.close(durable=False)
