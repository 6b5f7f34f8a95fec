"""Names in a picture that do not lie on one another: each takes the first free place beside it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

Box = tuple[float, float, float, float]  # left, bottom, right, top in points
LINE_SPACING = 1.2
Place = tuple[str, str, float, float]  # horizontal and vertical alignment, offset in points
BESIDE: tuple[Place, ...] = (
    ("left", "center", 7.0, 0.0),
    ("right", "center", -7.0, 0.0),
    ("center", "bottom", 0.0, 7.0),
    ("center", "top", 0.0, -7.0),
)
INSIDE: tuple[Place, ...] = (  # about the middle of an area's upper edge
    ("center", "top", 0.0, 0.0),
    ("center", "bottom", 0.0, 4.0),
    ("center", "top", 0.0, -12.0),
    ("left", "top", 0.0, 0.0),
    ("right", "top", 0.0, 0.0),
)


@dataclass
class Labels:
    """The boxes taken so far; positions are points on the paper, `paper` is its box."""

    paper: Box
    taken: list[Box] = field(default_factory=list)

    def take(self, x: float, y: float, radius: float) -> None:
        """A mark that no name may cover."""
        self.taken.append((x - radius, y - radius, x + radius, y + radius))

    def place(
        self, text: str, x: float, y: float, size: float, places: Sequence[Place] = BESIDE
    ) -> Place | None:
        """The first of `places` where a name of a font size (points) fits at (x, y), or None."""
        for place in places:
            box = _box(text, x + place[2], y + place[3], size, place[0], place[1])
            if _within(box, self.paper) and not any(_overlap(box, o) for o in self.taken):
                self.taken.append(box)
                return place
        return None


def _box(text: str, x: float, y: float, size: float, align: str, vertical: str) -> Box:
    lines = text.split("\n")
    width = max(sum(_width(c) for c in line) for line in lines) * size
    height = len(lines) * LINE_SPACING * size
    left = {"left": x, "right": x - width, "center": x - width / 2}[align]
    bottom = {"bottom": y, "top": y - height, "center": y - height / 2}[vertical]
    return left, bottom, left + width, bottom + height


def _width(character: str) -> float:
    """Of the font's size: a Korean syllable is as wide as high, a letter about half."""
    return 0.95 if unicodedata.east_asian_width(character) in "WF" else 0.55


def _within(a: Box, b: Box) -> bool:
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
