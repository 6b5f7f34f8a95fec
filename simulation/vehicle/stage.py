"""Stage: a part of the vehicle's software that can die, hang, crawl and be started again.

The stages stand for the product's processes and nodes (docs/architecture.md). They meet in `Mail`
alone, as ROS nodes meet in topics, so one that is silent is noticed by the others' watchdogs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import StrEnum

TICK_HZ = 100.0


class StageName(StrEnum):
    """The stages that can fail on their own."""

    LOCALIZATION = "localization"
    NAVIGATION = "navigation"
    GATE = "gate"
    PERCEPTION = "perception"
    CLIENT = "client"


class Health(StrEnum):
    """How a stage is."""

    RUNNING = "running"
    KILLED = "killed"  # nothing is left in memory
    HUNG = "hung"  # memory is kept, nothing is read or written
    SLOW = "slow"  # every `slow_factor`th cycle only


class Stage(ABC):
    """Runs `cycle` at its rate as long as it is healthy; `open` begins with an empty memory."""

    def __init__(self, name: StageName, rate_hz: float) -> None:
        self.name = name
        self.health = Health.RUNNING
        self.slow_factor = 10
        self._every = round(TICK_HZ / rate_hz)
        self._turn = 0

    @abstractmethod
    def open(self, now_s: float) -> None:
        """Begin, or begin anew after a kill: what was in memory is gone."""

    @abstractmethod
    def cycle(self, now_s: float) -> None:
        """One turn: read mail, work, write mail."""

    @property
    def hears(self) -> bool:
        """Whether input still reaches its memory."""
        return self.health in (Health.RUNNING, Health.SLOW)

    def tick(self, tick: int, now_s: float) -> bool:
        """A turn if one is due on this 10 ms tick; says whether it ran."""
        if tick % self._every or not self.hears:
            return False
        self._turn += 1
        if self.health is Health.SLOW and self._turn % self.slow_factor:
            return False
        self.cycle(now_s)
        return True

    def fail(self, health: Health) -> None:
        """Die, hang or slow down."""
        self.health = health

    def recover(self, now_s: float) -> None:
        """Run as before; a killed stage is started anew."""
        killed, self.health = self.health is Health.KILLED, Health.RUNNING
        if killed:
            self.open(now_s)
