"""A time budget a picture: what can be left out is left out until the debt is paid back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_MOST_PICTURES_OWED = 10.0  # one long stall, as of a disk, is not made up for for minutes


class TimeBudget:
    """What pictures took beyond their budget; a leaky bucket.

    `clock` gives running seconds. In a simulation there is none: what a picture takes there says
    nothing of the vehicle's computer, and results must not depend on it.
    """

    def __init__(self, budget_s: float, clock: Callable[[], float]) -> None:
        self._budget_s, self._clock = budget_s, clock
        self._owed_s = 0.0

    @property
    def is_overdrawn(self) -> bool:
        """Whether what can be left out should be."""
        return self._owed_s > 0

    @contextmanager
    def pictures(self, count: int) -> Iterator[None]:
        """Around the work on so many pictures."""
        began_s = self._clock()
        try:
            yield
        finally:
            spent_s = self._clock() - began_s
            owed_s = self._owed_s + spent_s - count * self._budget_s
            self._owed_s = min(max(owed_s, 0.0), _MOST_PICTURES_OWED * self._budget_s)
