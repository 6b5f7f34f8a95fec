"""Finding: one thing in a map that a person should look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

SHOWN_IDS = 8


class FindingLevel(StrEnum):
    """Whether a patrol can be driven all the same."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at; `place` is a layer and an id."""

    level: FindingLevel
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.level}: {self.place}: {self.text}"


def error(place: str, text: str) -> Finding:
    """A finding that keeps a patrol from being driven."""
    return Finding(FindingLevel.ERROR, place, text)


def warning(place: str, text: str) -> Finding:
    """A finding that is unwise."""
    return Finding(FindingLevel.WARNING, place, text)


def short_list(ids: Iterable[int]) -> str:
    """The first ids and how many more there are."""
    listed = list(ids)
    shown = ", ".join(str(value) for value in listed[:SHOWN_IDS])
    more = len(listed) - SHOWN_IDS
    return f"{shown} and {more} more" if more > 0 else shown
