"""Open person searches from messages; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from patrol_interfaces.msg import PersonSearch as PersonSearchMessage
from patrol_interfaces.msg import PersonSearchArray

from patrol.errors import SearchError
from patrol.person_search import AgeGroup, Build, LastSeen, PersonSearch, Rgb
from patrol.stamps import seconds_of


class Searches(NamedTuple):
    """All open searches, and why others of the message are left out."""

    opened: tuple[PersonSearch, ...]
    problems: tuple[str, ...]


def searches_of(message: PersonSearchArray) -> Searches:
    """The searches of a message; one that is wrong does not keep the others from being looked for.

    A problem names the case and never the description. Of two with one id the first counts.
    """
    opened: dict[str, PersonSearch] = {}
    problems: list[str] = []
    for item in message.searches:
        try:
            search = search_of(item)
        except SearchError as error:
            problems.append(_without_description(error))
            continue
        if opened.setdefault(search.case_id, search) is not search:
            problems.append(f"case {search.case_id!r} stands twice")
    return Searches(tuple(opened.values()), tuple(problems))


def search_of(message: PersonSearchMessage) -> PersonSearch:
    """One search; raises SearchError for one that could not be searched for."""
    last_seen = None
    if message.last_seen_map_id:
        last_seen = LastSeen(
            message.last_seen_map_id,
            message.last_seen_x,
            message.last_seen_y,
            seconds_of(message.last_seen_at),
        )
    case_id = message.case_id
    try:
        age_group = AgeGroup(message.age_group) if message.age_group else None
        build = Build(message.build) if message.build else None
    except ValueError:
        raise SearchError(f"person search {case_id!r}: unknown age_group or build") from None
    return PersonSearch(
        case_id,
        seconds_of(message.opened_at),
        seconds_of(message.expires_at),
        _rgb(message.top_rgb, "top_rgb", case_id),
        _rgb(message.trousers_rgb, "trousers_rgb", case_id),
        _height(message.height_m, case_id),
        age_group,
        build,
        last_seen,
        tuple(bytes(picture.data) for picture in message.pictures),
    )


def _rgb(parts: Sequence[float], name: str, case_id: str) -> Rgb | None:
    if not len(parts):
        return None
    if len(parts) != 3:
        raise SearchError(f"person search {case_id!r}: {name} must be three parts or none")
    return float(parts[0]), float(parts[1]), float(parts[2])


def _height(parts: Sequence[float], case_id: str) -> tuple[float, float] | None:
    if not len(parts):
        return None
    if len(parts) != 2:
        raise SearchError(f"person search {case_id!r}: height_m must be from, to or empty")
    return float(parts[0]), float(parts[1])


def _without_description(error: SearchError) -> str:
    """What is wrong, up to the first value: a log is no place for what somebody wears."""
    return str(error).split(", not ")[0][:160]
