"""How long to wait before the next attempt to connect."""

from __future__ import annotations

import random


class Backoff:
    """Doubling waits with full jitter, so that a fleet does not return all at once.

    Source: exponential backoff with full jitter, M. Brooker, AWS Architecture Blog 2015; the wait
    is drawn from [minimum, cap], and the cap doubles with every failure.
    """

    def __init__(self, min_s: float, max_s: float, seed: int) -> None:
        self._min_s = min_s
        self._max_s = max_s
        self._random = random.Random(seed)
        self._failures = 0

    def next_s(self) -> float:
        """The wait in seconds after one more failure."""
        cap_s = min(self._max_s, self._min_s * 2.0 ** min(self._failures + 1, 30))
        self._failures += 1
        return self._random.uniform(self._min_s, cap_s)

    def reset(self) -> None:
        """A connection held: start from the shortest wait."""
        self._failures = 0
