"""Message definitions as recordings carry them, read from the installed ROS packages."""

from __future__ import annotations

import os
from pathlib import Path

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
