"""Definition: when something counts as an event, judged by the true states of actors.

Each holds at a moment or not; the event is there once it has held for `for_s`. The definitions of
single bodies look at each actor by itself, the joint ones at all of them together. All of them
stand in `simulation.scenarios.definitions`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from simulation.scenarios.grounds import Ground
from simulation.scenarios.places import Place
from simulation.scenarios.scene import Moment


@dataclass(frozen=True, kw_only=True)
class Definition(ABC):
    """One definition; `for_s` is how long it must hold before the event is there."""

    for_s: float

    KIND: ClassVar[str] = ""
    JOINT: ClassVar[bool] = False
    OF_LAMPS: ClassVar[bool] = False  # of street lamps, not of actors

    def __post_init__(self) -> None:
        if not 0 <= self.for_s <= 3600:
            raise ValueError(f"for_s: {self.for_s:g} is outside [0, 3600]")

    @property
    def places(self) -> tuple[Place, ...]:
        """Places of the map that it speaks of."""
        return ()

    @abstractmethod
    def holds(self, moment: Moment, who: Sequence[str], ground: Ground) -> bool:
        """Whether it holds for these at a moment; `who` is one name unless the kind is joint."""

    def place_of(self, moment: Moment, name: str) -> tuple[float, float] | None:
        """Where an event of somebody's or something's is; None where that is nowhere."""
        return moment.place_of(name)

    def first(self, moments: Sequence[Moment], who: Sequence[str]) -> int:
        """The number of the first moment that counts; their count where none does."""
        return 0
