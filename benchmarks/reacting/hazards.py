"""What happens to a vehicle that rolls along a street: each hazard by name, and what it is worth.

A hazard that shows something (`SHOWN`) counts from the message that shows it first. One that
silences a topic counts from its last message, one that freezes it from the first repeated one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

OBSTACLE_WITHIN_S = 0.1
DOUBT_WITHIN_S = 0.3


class Sort(Enum):
    """What becomes of the topic."""

    SHOWN = "shown"
    SILENT = "silent"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Hazard:
    """A row; `source` is the stream of messages that it happens to."""

    name: str
    source: str  # scan, ranges, drops, base, command, pose
    sort: Sort
    leaves_memory: bool = False  # of the gate, for half a minute: each trial needs a new one

    @property
    def within_s(self) -> float:
        """How soon zero has to be commanded."""
        return OBSTACLE_WITHIN_S if self.sort is Sort.SHOWN else DOUBT_WITHIN_S


OBSTACLE = Hazard("a person in the lidar's scan", "scan", Sort.SHOWN)
HAZARDS = (
    OBSTACLE,
    Hazard("a box that only a ranger hears", "ranges", Sort.SHOWN, leaves_memory=True),
    Hazard("the emergency stop", "base", Sort.SHOWN),
    *(
        Hazard(f"{source} silent", source, Sort.SILENT)
        for source in ("scan", "ranges", "drops", "base", "command", "pose")
    ),
    *(Hazard(f"{source} frozen", source, Sort.FROZEN) for source in ("scan", "ranges", "drops")),
)
