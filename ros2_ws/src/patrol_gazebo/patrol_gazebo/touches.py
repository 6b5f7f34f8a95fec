"""Touches: which things the hull begins to touch, out of contacts that Gazebo repeats."""

from __future__ import annotations

from collections.abc import Iterable

APART_S = 0.5  # not touched for so long: the next touch is a new one


def other_of(first: str, second: str, vehicle: str) -> str | None:
    """The thing that the vehicle touches, by two scoped collision names (model::link::name).

    None where neither or both are the vehicle's.
    """
    ours = [name.split("::", 1)[0] == vehicle for name in (first, second)]
    if ours[0] == ours[1]:
        return None
    return (second if ours[0] else first).rsplit("::", 1)[-1]


class Touches:
    """Tells a new touch from one that goes on."""

    def __init__(self) -> None:
        self._last_s: dict[str, float] = {}

    def begun(self, names: Iterable[str], now_s: float) -> list[str]:
        """The names that were not touched just before, sorted."""
        names = set(names)
        new = [n for n in names if now_s - self._last_s.get(n, -APART_S) >= APART_S]
        self._last_s |= dict.fromkeys(names, now_s)
        return sorted(new)
