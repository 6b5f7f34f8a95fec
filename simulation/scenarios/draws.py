"""Draws: numbers and choices that a table leaves to the seed, and places beside a scene.

Anywhere in an entry of the table may stand

- `{from: 1, to: 3}`: a number between the two;
- `{one_of: [a, b]}`: one of these;
- `{drawn: name}`: what an entry of `lets` was drawn to;
- `{ahead_m: 2, out_m: 1}`: a place 2 m further along the way than the scene's middle and 1 m
  further out from the vehicle's line, to whichever side the scene is.

`heading_rad` counts from the way the vehicle drives, positive outwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from patrol.errors import ConfigError

RANGE, CHOICE, DRAWN = frozenset({"from", "to"}), frozenset({"one_of"}), frozenset({"drawn"})
BESIDE = frozenset({"ahead_m", "out_m"})
PLACES = frozenset({"at", "path", "centre", "zone"})  # where `{}` is the scene's middle
MIRRORED = "heading_rad"
PlaceOf = Callable[[float, float], dict[str, Any]]  # ahead_m, out_m → a Place's keys


class Drawer:
    """Draws one scene; `side` 1 is left, -1 right. Raises ConfigError naming file and line."""

    def __init__(self, where: str, rng: np.random.Generator) -> None:
        self._where, self._rng = where, rng
        self.lets: dict[str, Any] = {}
        self.side = 1
        self.place_of: PlaceOf | None = None

    def drawn(self, value: Any, key: str = "") -> Any:
        """An entry with nothing left open, lines kept."""
        if isinstance(value, list):
            return [self.drawn(item, key) for item in value]
        if not isinstance(value, dict):
            return (
                self.side * value if key == MIRRORED and isinstance(value, int | float) else value
            )
        keys = set(value)
        if keys == RANGE:
            return self.drawn(self._number(value), key)
        if keys == CHOICE:
            return self.drawn(self._choice(value), key)
        if keys == DRAWN:
            return self._let(value)
        if keys <= BESIDE and (keys or key in PLACES):
            return self._place(value)
        copy = type(value)({name: self.drawn(item, name) for name, item in value.items()})
        _keep_lines(value, copy)
        return copy

    def _error(self, value: Any, message: str) -> ConfigError:
        line = getattr(value, "line", None)
        return ConfigError(f"{self._where}:{line}: {message}")

    def _number(self, value: dict[str, Any]) -> float:
        low, high = value["from"], value["to"]
        if not all(_is_number(v) for v in (low, high)) or low > high:
            raise self._error(value, f"from: {low!r} to {high!r} is no range of numbers")
        return round(float(self._rng.uniform(low, high)), 3)

    def _choice(self, value: dict[str, Any]) -> Any:
        options = value["one_of"]
        if not isinstance(options, list) or not options:
            raise self._error(value, f"one_of: expected a list, got {options!r}")
        return options[int(self._rng.integers(len(options)))]

    def _let(self, value: dict[str, Any]) -> Any:
        name = value["drawn"]
        if name not in self.lets:
            known = ", ".join(self.lets) or "none"
            raise self._error(value, f"drawn: {name!r} is none of lets: {known}")
        return self.lets[name]

    def _place(self, value: dict[str, Any]) -> Any:
        ahead_m, out_m = self.drawn(value.get("ahead_m", 0.0)), self.drawn(value.get("out_m", 0.0))
        if not (_is_number(ahead_m) and _is_number(out_m)):
            raise self._error(value, f"ahead_m: {ahead_m!r}, {out_m!r} are no metres")
        if self.place_of is None:
            raise self._error(value, "ahead_m: no place can stand here")
        place = type(value)(self.place_of(float(ahead_m), float(out_m)))
        _keep_lines(value, place)
        return place


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _keep_lines(old: Any, new: Any) -> None:
    """Line numbers travel with a mapping, for errors."""
    if hasattr(old, "lines"):
        new.lines, new.line = dict(old.lines), old.line
