"""Cases as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fleet_server.api.incident_models import IncidentView
from fleet_server.api.person_search_models import (
    LastSeenView,
    PersonSearchSummary,
    PersonSearchView,
    SearchLogLine,
    SearchPictureView,
)
from fleet_server.maps import MapLibrary
from fleet_server.store.person_searches import StoredSearch

Row = Mapping[str, Any]
AS_THEY_ARE = (
    "case_id", "revision", "reference", "top_rgb", "trousers_rgb", "opened_by", "closed_by",
    "outcome",
)  # fmt: skip
MORE = ("description", "height_m", "age_group", "build", "note")


def summary_of(stored: StoredSearch, now_s: float) -> PersonSearchSummary:
    """A case in the list."""
    return PersonSearchSummary.model_validate(_summary(stored, now_s))


def view_of(
    stored: StoredSearch,
    maps: MapLibrary,
    candidates: Iterable[IncidentView],
    log: Iterable[Row],
    kept_s: float,
    now_s: float,
) -> PersonSearchView:
    """A case with everything; `kept_s`: how long after its end what is personal stays."""
    row = stored.row
    closed_at_s = row["closed_at_s"]
    return PersonSearchView.model_validate(
        {
            **_summary(stored, now_s),
            **{name: row[name] for name in MORE},
            "last_seen": _last_seen(row, maps),
            "pictures": [_picture(row["case_id"], one) for one in stored.picture_ids],
            "erased_after": None if closed_at_s is None else closed_at_s + kept_s,
            "candidates": sorted(candidates, key=score_of, reverse=True),
            "log": [_line(line) for line in log],
        }
    )


def score_of(candidate: IncidentView) -> float:
    """How much alike a candidate is, as its vehicle says; by its confidence where it does not."""
    score = candidate.details.get("score")
    if isinstance(score, bool) or not isinstance(score, int | float):
        return candidate.confidence
    return float(score)


def _summary(stored: StoredSearch, now_s: float) -> dict[str, Any]:
    row = stored.row
    is_open = row["closed_at_s"] is None and now_s < row["expires_at_s"]
    return {
        **{name: row[name] for name in AS_THEY_ARE},
        "state": "open" if is_open else "ended",
        "opened_at": row["opened_at_s"],
        "expires_at": row["expires_at_s"],
        "closed_at": row["closed_at_s"],
        "erased_at": row["erased_at_s"],
        "picture_count": len(stored.picture_ids),
    }


def _last_seen(row: Row, maps: MapLibrary) -> LastSeenView | None:
    map_id, x_m, y_m = row["last_seen_map_id"], row["last_seen_x_m"], row["last_seen_y_m"]
    if map_id is None:
        return None
    place = maps.lonlat(map_id, x_m, y_m)
    return LastSeenView(
        map_id=map_id,
        longitude_deg=place[0] if place else None,
        latitude_deg=place[1] if place else None,
        x_m=x_m,
        y_m=y_m,
        at=row["last_seen_at_s"],
    )


def _picture(case_id: str, picture_id: str) -> SearchPictureView:
    url = f"/api/v1/person-searches/{case_id}/pictures/{picture_id}"
    return SearchPictureView(picture_id=picture_id, url=url)


def _line(row: Row) -> SearchLogLine:
    return SearchLogLine(
        time=row["time_s"],
        username=row["username"],
        action=row["action"],
        subject=row["subject"],
        details=row["details"],
    )
