"""The newest value of an input and when it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Latest(Generic[T]):
    """What a callback stored last; `stamp_s` is event time on the vehicle's clock."""

    value: T | None = None
    stamp_s: float | None = None

    def put(self, value: T, stamp_s: float) -> None:
        """Keep a newer value; one that is older than the kept one is passed over."""
        if self.stamp_s is None or stamp_s >= self.stamp_s:
            self.value, self.stamp_s = value, stamp_s

    def age_s(self, now_s: float) -> float | None:
        """How old the value is; None where nothing came yet."""
        return None if self.stamp_s is None else now_s - self.stamp_s

    def fresh(self, now_s: float, max_age_s: float) -> T | None:
        """The value where it is at most `max_age_s` old, else None.

        None too where it is further in the future: the clock was set back, and until it is there
        again `put` passes newer values over.
        """
        age_s = self.age_s(now_s)
        return self.value if age_s is not None and abs(age_s) <= max_age_s else None
