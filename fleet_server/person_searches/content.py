"""What an operator gives of a case, checked field by field, and the value that vehicles get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fleet_server.api.person_search_models import LastSeenPlace, SearchContent
from fleet_server.errors import InvalidError
from fleet_server.maps import MapLibrary
from patrol.errors import SearchError
from patrol.geodesy import GeoPoint, enu_from_wgs84
from patrol.person_search import (
    LONGEST_S,
    MOST_PICTURES,
    AgeGroup,
    Build,
    LastSeen,
    PersonSearch,
)

Row = Mapping[str, Any]
AHEAD_S = 60.0  # clocks differ
PLAIN = (
    "reference", "description", "top_rgb", "trousers_rgb", "height_m", "age_group", "build",
)  # fmt: skip
NOWHERE = dict.fromkeys(("last_seen_map_id", "last_seen_x_m", "last_seen_y_m", "last_seen_at_s"))


def values_of(content: SearchContent, maps: MapLibrary, now_s: float) -> dict[str, Any]:
    """The columns of what a request gives, and of nothing else; raises InvalidError."""
    given = content.model_fields_set
    values = {name: getattr(content, name) for name in PLAIN if name in given}
    for name in ("reference", "description"):
        if name in values:
            values[name] = (values[name] or "").strip() or None
    height_m = values.get("height_m")
    if height_m is not None and height_m[0] > height_m[1]:
        raise _invalid("height_m", "from must not be above to")
    if "last_seen" in given:
        values |= NOWHERE if content.last_seen is None else _place(content.last_seen, maps, now_s)
    return values


def _place(seen: LastSeenPlace, maps: MapLibrary, now_s: float) -> dict[str, Any]:
    patrol_map = maps.find(seen.map_id)
    if patrol_map is None:
        raise InvalidError(f"no map {seen.map_id!r} is loaded", "map_unknown", "last_seen.map_id")
    if seen.at > now_s + AHEAD_S:
        raise _invalid("last_seen.at", "nobody has been seen in the future")
    point = GeoPoint(seen.latitude_deg, seen.longitude_deg)
    x_m, y_m, _ = enu_from_wgs84(point, patrol_map.origin)
    return {
        "last_seen_map_id": seen.map_id,
        "last_seen_x_m": x_m,
        "last_seen_y_m": y_m,
        "last_seen_at_s": seen.at,
    }


def checked(row: Row, pictures: Sequence[bytes], now_s: float) -> PersonSearch:
    """The case as vehicles get it; raises InvalidError naming the field that forbids it."""
    if row["expires_at_s"] <= now_s:
        raise _invalid("expires_at", "the end must be ahead")
    if row["expires_at_s"] > row["opened_at_s"] + LONGEST_S:
        raise _invalid(
            "expires_at", f"a search lasts at most {LONGEST_S / 86400:g} days; open another then"
        )
    if len(pictures) > MOST_PICTURES:
        raise _invalid("pictures", f"a case has at most {MOST_PICTURES} pictures")
    if row["top_rgb"] is None and row["trousers_rgb"] is None and not pictures:
        raise _invalid("top_rgb", "a colour of the clothes or a picture is needed")
    try:
        return search_of(row, pictures)
    except SearchError as error:
        raise InvalidError(str(error), "invalid_search") from None


def search_of(row: Row, pictures: Sequence[bytes]) -> PersonSearch:
    """A case's row and pictures as the value that is sent; raises SearchError."""
    last_seen = None
    if row["last_seen_map_id"] is not None:
        last_seen = LastSeen(
            row["last_seen_map_id"],
            row["last_seen_x_m"],
            row["last_seen_y_m"],
            row["last_seen_at_s"],
        )
    return PersonSearch(
        row["case_id"],
        row["opened_at_s"],
        row["expires_at_s"],
        _tuple(row["top_rgb"]),
        _tuple(row["trousers_rgb"]),
        _tuple(row["height_m"]),
        AgeGroup(row["age_group"]) if row["age_group"] else None,
        Build(row["build"]) if row["build"] else None,
        last_seen,
        tuple(pictures),
    )


def _tuple(value: Sequence[float] | None) -> Any:
    return None if value is None else tuple(value)


def _invalid(field: str, why: str) -> InvalidError:
    return InvalidError(f"{field}: {why}", "invalid_search", field)
