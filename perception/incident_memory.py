"""Open incidents on disk, so that a perception that was killed reports nothing a second time."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from patrol.incident import Incident
from patrol.whole_file import write_whole

INCIDENT_MEMORY = "incidents.json"  # in the evidence folder
_LOG = logging.getLogger(__name__)


class Remembered(msgspec.Struct, frozen=True):
    """An open incident and when it was last seen (epoch seconds of the vehicle's clock)."""

    incident: Incident
    seen_s: float


def load_memory(path: Path | None, map_id: str) -> list[Remembered]:
    """What was open on this map; nothing where the file is missing or cannot be read."""
    if path is None or not path.exists():
        return []
    try:
        known = msgspec.json.decode(path.read_bytes(), type=list[Remembered])
    except (OSError, msgspec.DecodeError) as error:
        _LOG.warning("incident_memory_unreadable file=%s error=%s", path, error)
        return []
    return [one for one in known if one.incident.map_id == map_id]


def save_memory(path: Path | None, known: list[Remembered]) -> None:
    """Replace the file at once; a disk that refuses is logged, and perception goes on."""
    if path is None:
        return
    try:
        write_whole(path, msgspec.json.encode(known), durable=False)
    except OSError as error:
        _LOG.error("incident_memory_not_kept file=%s error=%s", path, error)
