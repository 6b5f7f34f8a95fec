"""How this vehicle takes another map: it asks the supervisor and waits for navigation.

The safety process is never stopped: its fence follows to the new map. The vehicle switches while
it stands without an order; the supervisor starts perception and navigation anew on the new map,
and goes back to the old one where they do not return.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from fleet_client.map_actions import SwitchEnd
from fleet_client.map_handover import MapHandover, WantedMap
from fleet_client.state_builder import MapRef
from patrol.errors import MapError

STANDING_MPS = 0.05


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether the vehicle can switch now; None where nobody knows."""

    order_id: str | None  # of an order that has not ended
    boot_id: str | None  # of a navigation process that is heard now
    speed_mps: float | None


def obstacle(situation: Situation) -> str:
    """Why the vehicle cannot switch now, for a person; empty when it can."""
    if situation.order_id is not None:
        return f"order {situation.order_id} is under way"
    if situation.boot_id is None:
        return "navigation is not heard"
    if situation.speed_mps is None:
        return "the speed is not known"
    if abs(situation.speed_mps) > STANDING_MPS:
        return "the vehicle is moving"
    return ""


class SupervisedSwitch:
    """`fleet_client.map_actions.MapSwitch` over the handover files.

    Without a supervisor (`ros2 launch`) nothing can be switched while the vehicle runs.
    """

    def __init__(
        self, folder: Path, situation: Callable[[], Situation], is_supervised: bool
    ) -> None:
        self._handover = MapHandover(folder)
        self._situation = situation
        self._is_supervised = is_supervised

    def obstacle(self) -> str:
        """Why not now."""
        return obstacle(self._situation())

    def begin(self, ref: MapRef, action_id: str) -> None:
        """Ask the supervisor; raises MapError without one."""
        if not self._is_supervised:
            raise MapError(
                "only `sunra drive` can switch maps; started by ros2 launch, give map:="
            )
        boot_id = self._situation().boot_id or ""
        self._handover.ask(WantedMap(action_id, ref.content_hash, boot_id))

    def under_way(self) -> tuple[str, str] | None:
        """What was asked for and not told yet."""
        wanted = self._handover.wanted()
        return (wanted.action_id, wanted.version) if wanted else None

    def end(self) -> SwitchEnd | None:
        """The end, told once; until then, say when navigation is back."""
        wanted, outcome = self._handover.wanted(), self._handover.outcome()
        if wanted is None or outcome is None:
            return None
        if outcome.phase == "trying":
            self._confirm(wanted)
            return None
        self._handover.forget()
        return SwitchEnd(wanted.action_id, wanted.version, outcome.reason)

    def _confirm(self, wanted: WantedMap) -> None:
        boot_id = self._situation().boot_id
        if not wanted.confirmed and boot_id is not None and boot_id != wanted.boot_id:
            # what a full disk refuses is said again; else the supervisor takes the old map back
            with contextlib.suppress(OSError):
                self._handover.ask(replace(wanted, confirmed=True))
