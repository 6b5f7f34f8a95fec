"""Recordings: MCAP files of raw CDR messages with their ROS definitions."""

from __future__ import annotations

import os
from pathlib import Path

from mcap.writer import CompressionType, Writer

_SIZED = {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)}
PRIMITIVE = frozenset({*_SIZED, "bool", "byte", "char", "float32", "float64", "string", "wstring"})
SEPARATOR = "=" * 80


def share_folders() -> list[Path]:
    """Where ROS packages keep their .msg files (AMENT_PREFIX_PATH)."""
    prefixes = os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)
    return [Path(prefix) / "share" for prefix in prefixes if prefix]


def _definition_file(type_name: str, folders: list[Path]) -> Path | None:
    package, _, message = type_name.split("/")
    for folder in folders:
        path = folder / package / "msg" / f"{message}.msg"
        if path.is_file():
            return path
    return None


def _field_types(text: str, package: str) -> list[str]:
    """The message types that a definition uses, as package/msg/Name."""
    found = []
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if len(words) < 2 or "=" in words[1]:
            continue
        base = words[0].split("[", 1)[0].split("<", 1)[0]
        if base in PRIMITIVE or "=" in base:
            continue
        parts = base.split("/")
        found.append(f"{parts[0]}/msg/{parts[-1]}" if len(parts) > 1 else f"{package}/msg/{base}")
    return found


def definition_of(type_name: str, folders: list[Path]) -> str:
    """A type's .msg text with all it uses, as MCAP's `ros2msg` wants it; empty where unknown."""
    blocks: list[str] = []
    seen: set[str] = set()
    waiting = [type_name]
    while waiting:
        name = waiting.pop(0)
        path = _definition_file(name, folders)
        if name in seen or path is None:
            continue
        seen.add(name)
        text = path.read_text(encoding="utf-8")
        package, _, message = name.split("/")
        blocks.append(text if not blocks else f"{SEPARATOR}\nMSG: {package}/{message}\n{text}")
        waiting += _field_types(text, package)
    return "\n".join(blocks)


class Recording:
    """One MCAP file; whole once closed, readable up to its last chunk otherwise."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._stream = path.open("wb")
        self._writer = Writer(self._stream, chunk_size=1 << 18, compression=CompressionType.LZ4)
        self._writer.start(profile="ros2", library="sunra")
        self._channels: dict[str, int] = {}
        self._sequence = 0

    def add_topic(self, name: str, type_name: str, definition: str) -> None:
        """Announce a topic before its first message."""
        schema = self._writer.register_schema(type_name, "ros2msg", definition.encode())
        self._channels[name] = self._writer.register_channel(name, "cdr", schema)

    def write(self, topic: str, cdr: bytes, received_s: float, vehicle_s: float) -> None:
        """A message: wall time of receipt as log time, the vehicle's clock as publish time."""
        self._sequence += 1
        self._writer.add_message(
            self._channels[topic],
            log_time=round(received_s * 1e9),
            data=cdr,
            publish_time=round(vehicle_s * 1e9),
            sequence=self._sequence,
        )

    def close(self) -> None:
        """Write the index and close the file (`Writer.finish` does not close it)."""
        self._writer.finish()  # type: ignore[no-untyped-call]  # mcap leaves it untyped
        self._stream.close()


def prune(folder: Path, keep_bytes: int) -> int:
    """Delete the oldest recordings beyond a total size; returns how many."""
    files = sorted(folder.glob("*.mcap"), key=lambda path: path.stat().st_mtime, reverse=True)
    total, deleted = 0, 0
    for path in files:
        total += path.stat().st_size
        if total > keep_bytes:
            path.unlink()
            deleted += 1
    return deleted
