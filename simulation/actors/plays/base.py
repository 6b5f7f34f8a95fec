"""Play: one step of a script while it is performed."""

from __future__ import annotations

from typing import Protocol

from simulation.actors.performer import Performer
from simulation.actors.state import Surroundings


class Play(Protocol):
    """Moves a performer; made anew whenever its step begins."""

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Play on for a time; True when the step has come to its own end."""
        ...
