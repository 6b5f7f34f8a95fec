"""Person searches: whom an operator looks for, as the vehicles are told.

Only what a passer-by could see is told to a vehicle: clothes, height, build, and pictures of the
whole figure. Nobody is recognised by their face, and nobody is followed who is not looked for
(Personal Information Protection Act, art. 3 and 15: the least that serves the purpose). Missing
persons are searched for under the Act on the Protection of and Support for Missing Children, etc.,
art. 2 and 9: children, people with disabilities and people with dementia.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from patrol.errors import SearchError

Rgb = tuple[float, float, float]  # sRGB, each in 0..1

MOST_PICTURES = 3
MOST_PICTURE_BYTES = 64 * 1024
LONGEST_S = 7 * 24 * 3600.0  # an open search ends by itself; a longer one is opened again
HEIGHTS_M = (0.5, 2.3)

_CASE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


class AgeGroup(StrEnum):
    """How old somebody looks from afar."""

    CHILD = "child"
    ADULT = "adult"
    OLD = "old"


class Build(StrEnum):
    """How broad somebody looks from afar."""

    SLIM = "slim"
    AVERAGE = "average"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True)
class LastSeen:
    """Where and when somebody was seen last; map metres and epoch seconds."""

    map_id: str
    x_m: float
    y_m: float
    at_s: float


@dataclass(frozen=True, slots=True)
class PersonSearch:
    """An open search; raises SearchError for one that could not be searched for.

    `pictures` are JPEG or PNG files of the whole figure, at most `MOST_PICTURES` of at most
    `MOST_PICTURE_BYTES`. What is None is not known and excludes nobody.
    """

    case_id: str
    opened_at_s: float
    expires_at_s: float
    top_rgb: Rgb | None = None
    trousers_rgb: Rgb | None = None
    height_m: tuple[float, float] | None = None  # from, to
    age_group: AgeGroup | None = None
    build: Build | None = None
    last_seen: LastSeen | None = None
    pictures: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        problem = next(self._problems(), None)
        if problem is not None:
            raise SearchError(f"person search {self.case_id!r}: {problem}")

    def is_open(self, now_s: float) -> bool:
        """Whether somebody may be looked for now."""
        return now_s < self.expires_at_s

    def _problems(self) -> Iterator[str]:
        if not _CASE_ID.fullmatch(self.case_id):
            yield "case_id must be 1-64 letters, digits, _ or -"
        if not 0.0 < self.expires_at_s - self.opened_at_s <= LONGEST_S:
            yield f"expires_at_s must be after opened_at_s, by at most {LONGEST_S:.0f} s"
        for name in ("top_rgb", "trousers_rgb"):
            colour: Rgb | None = getattr(self, name)
            if colour is not None and not (
                len(colour) == 3 and all(0.0 <= part <= 1.0 for part in colour)
            ):
                yield f"{name} must be three parts in 0..1, not {colour}"
        if self.height_m is not None:
            low, high = self.height_m
            if not HEIGHTS_M[0] <= low <= high <= HEIGHTS_M[1]:
                yield f"height_m must be from, to within {HEIGHTS_M}, not {self.height_m}"
        if self.last_seen is not None and not all(
            math.isfinite(value)
            for value in (self.last_seen.x_m, self.last_seen.y_m, self.last_seen.at_s)
        ):
            yield "last_seen must be finite numbers"
        yield from self._picture_problems()
        if self.top_rgb is None and self.trousers_rgb is None and not self.pictures:
            yield "top_rgb, trousers_rgb or a picture is needed: nobody is found by height alone"

    def _picture_problems(self) -> Iterator[str]:
        if len(self.pictures) > MOST_PICTURES:
            yield f"pictures: {len(self.pictures)} are more than {MOST_PICTURES}"
        for number, picture in enumerate(self.pictures, 1):
            if len(picture) > MOST_PICTURE_BYTES:
                yield f"picture {number} has {len(picture)} bytes, more than {MOST_PICTURE_BYTES}"
            if not picture.startswith(_PICTURE_STARTS):
                yield f"picture {number} is neither JPEG nor PNG"
