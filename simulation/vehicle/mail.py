"""Mail: the newest message of one stage for the others, with the time it was written."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Mail(Generic[T]):
    """What stands for a topic between two stages; only the newest counts."""

    def __init__(self) -> None:
        self.value: T | None = None
        self.stamp_s: float | None = None

    def put(self, value: T, stamp_s: float) -> None:
        """Replace what lies here."""
        self.value, self.stamp_s = value, stamp_s

    def age_s(self, now_s: float) -> float | None:
        """How old the newest is; None where nothing came yet."""
        return None if self.stamp_s is None else now_s - self.stamp_s

    def fresh(self, now_s: float, max_age_s: float) -> T | None:
        """The newest, unless it is missing or older than allowed."""
        age_s = self.age_s(now_s)
        return self.value if age_s is not None and age_s <= max_age_s else None
