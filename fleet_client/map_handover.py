"""How the client process asks the vehicle's supervisor for another map, and hears the end.

Two small files beside the maps, each with one writer, each replaced whole:

    wanted.json    the client: which version, for which action; then that navigation is back on it
    outcome.json   the supervisor: trying, enabled, failed; for the same action

So either may be killed at any moment, and goes on from what the files say.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from patrol.whole_file import read_object, write_whole

Phase = Literal["trying", "enabled", "failed"]
PHASES = ("trying", "enabled", "failed")


@dataclass(frozen=True, slots=True)
class WantedMap:
    """What the client asks for; `boot_id` is navigation's before the switch."""

    action_id: str
    version: str
    boot_id: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class MapOutcome:
    """What the supervisor has done about it."""

    action_id: str
    phase: Phase
    reason: str = ""


class MapHandover:
    """Both files of one folder; unreadable counts as not there."""

    def __init__(self, folder: Path) -> None:
        self._wanted = folder / "wanted.json"
        self._outcome = folder / "outcome.json"

    def wanted(self) -> WantedMap | None:
        """What the client asks for."""
        saved = read_object(self._wanted)
        try:
            return WantedMap(**saved) if _fits(saved, bool) else None
        except TypeError:
            return None

    def ask(self, wanted: WantedMap) -> None:
        """The client's part."""
        write_whole(self._wanted, json.dumps(asdict(wanted)).encode())

    def outcome(self) -> MapOutcome | None:
        """What came of what is wanted now; None while the supervisor has not looked."""
        saved, wanted = read_object(self._outcome), self.wanted()
        try:
            outcome = MapOutcome(**saved)
        except TypeError:
            return None
        fits = wanted is not None and outcome.action_id == wanted.action_id
        return outcome if fits and outcome.phase in PHASES else None

    def tell(self, outcome: MapOutcome) -> None:
        """The supervisor's part."""
        write_whole(self._outcome, json.dumps(asdict(outcome)).encode())

    def forget(self) -> None:
        """The client has told the server: nothing is under way."""
        self._wanted.unlink(missing_ok=True)


def _fits(saved: dict[str, Any], *more: type) -> bool:
    return all(isinstance(value, (str, *more)) for value in saved.values())
