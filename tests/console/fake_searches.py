"""Person searches in the fake server: the real models and pictures, kept in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from fake_world import World
from fastapi import FastAPI, Response

from fleet_server.api import incident_models
from fleet_server.api.person_search_models import (
    AmendPersonSearch,
    ClosePersonSearch,
    LastSeenView,
    NewPersonSearch,
    PersonSearchSummary,
    PersonSearchView,
    SearchContent,
    SearchLogLine,
    SearchPictureView,
)
from fleet_server.person_searches.pictures import picture_of
from patrol.geodesy import GeoPoint, enu_from_wgs84
from patrol.incident import AnomalyKind

DAY_S = 86400.0
Send = Callable[[dict[str, Any]], None]


class FakeSearches:
    """Cases by id; `see` has a vehicle report somebody for one."""

    def __init__(self, world: World, send: Send, username: str) -> None:
        self._world, self._send, self._username = world, send, username
        self.known: dict[str, PersonSearchView] = {}
        self.pictures: dict[str, bytes] = {}
        self.bodies: list[dict[str, Any]] = []  # what the console has sent, oldest first

    def open(self, new: NewPersonSearch) -> PersonSearchView:
        """A new case."""
        now = time.time()
        view = PersonSearchView.model_validate(
            {
                **dict.fromkeys(PersonSearchView.model_fields),
                "case_id": f"2026-{len(self.known) + 1:04d}",
                "revision": 0,
                "state": "open",
                "opened_at": now,
                "opened_by": self._username,
                "expires_at": new.expires_at,
                "picture_count": 0,
                "pictures": [],
                "candidates": [],
                "log": [],
            }
        )
        self.known[view.case_id] = view
        self._take(view, new, new.pictures)
        self._told(view, "person_search_open")
        return view

    def amend(self, case_id: str, change: AmendPersonSearch) -> PersonSearchView:
        """Other content."""
        view = self.known[case_id]
        view.pictures = [p for p in view.pictures if p.picture_id not in change.remove_pictures]
        self._take(view, change, change.add_pictures)
        view.expires_at = change.expires_at or view.expires_at
        self._told(view, "person_search_amend")
        return view

    def close(self, case_id: str, end: ClosePersonSearch) -> PersonSearchView:
        """The end."""
        view = self.known[case_id]
        view.state, view.outcome, view.note = "ended", end.outcome, end.note
        view.closed_at, view.closed_by = time.time(), self._username
        view.erased_after = view.closed_at + 30 * DAY_S
        self._told(view, "person_search_close")
        return view

    def see(
        self,
        case_id: str,
        node_id: int,
        score: float,
        matches: str,
        age_s: float = 40,
    ) -> incident_models.IncidentView:
        """A vehicle has seen somebody alike."""
        incident = self._world.report_incident(AnomalyKind.MISSING_PERSON, node_id, age_s=age_s)
        rank = sum(i.kind == AnomalyKind.MISSING_PERSON for i in self._world.incidents.values())
        incident.details = {
            "case_id": case_id,
            "score": score,
            "rank": float(rank),
            "matches": matches,
            "speaks_against": "" if "height" in matches else "height",
            "not_seen": "pictures",
            "top_seen": "#9c3530" if rank % 2 else "#8a5a3c",
            "trousers_seen": "#2c3856" if rank % 2 else "#46464a",
            "height_seen_m": 1.58 if rank % 2 else 1.74,
            "from_last_seen_m": 212.0,
            "since_last_seen_s": 5400.0,
        }
        incident.confidence = score
        incident.evidence[0].url = f"/api/v1/candidates/{rank}"
        self._send({"type": "incident", "incident": incident.model_dump(mode="json")})
        return incident

    def view(self, case_id: str) -> PersonSearchView:
        """As it is now."""
        view = self.known[case_id]
        view.candidates = [
            incident
            for incident in self._world.incidents.values()
            if incident.details.get("case_id") == case_id
        ]
        return view

    def note(self, view: PersonSearchView, action: str, **details: Any) -> None:
        """A line of the case's log."""
        line = SearchLogLine(
            time=time.time(),
            username=self._username,
            action=action,
            subject=view.case_id,
            details=details,
        )
        view.log.insert(0, line)

    def _take(self, view: PersonSearchView, content: SearchContent, pictures: list[str]) -> None:
        self.bodies.append(content.model_dump(exclude_unset=True, mode="json"))
        for name in content.model_fields_set & SearchContent.model_fields.keys() - {"last_seen"}:
            setattr(view, name, getattr(content, name))
        if "last_seen" in content.model_fields_set:
            view.last_seen = self._last_seen(content)
        for number, text in enumerate(pictures):
            picture_id = f"picture-{len(self.pictures) + 1}"
            self.pictures[picture_id] = picture_of(text, f"pictures.{number}")
            url = f"/api/v1/person-searches/{view.case_id}/pictures/{picture_id}"
            view.pictures.append(SearchPictureView(picture_id=picture_id, url=url))
        view.picture_count = len(view.pictures)

    def _last_seen(self, content: SearchContent) -> LastSeenView | None:
        seen = content.last_seen
        if seen is None:
            return None
        point = GeoPoint(seen.latitude_deg, seen.longitude_deg)
        x_m, y_m, _ = enu_from_wgs84(point, self._world.map.origin)
        return LastSeenView(**seen.model_dump(), x_m=x_m, y_m=y_m)

    def _told(self, view: PersonSearchView, action: str) -> None:
        view.revision += 1
        self.note(view, action)
        shown = view.model_dump(include={"case_id", "state", "revision"})
        self._send({"type": "person_search", **shown})


def street_picture(number: int) -> bytes:
    """A JPEG of somebody who walks under a lamp, the head blurred; drawn by hand."""
    height, width = 360, 640
    rows = np.linspace(0, 1, height)[:, None]
    lamp = np.exp(-(((np.arange(width) - 300) / 220) ** 2))[None, :]
    light = 22 + 85 * lamp * (0.3 + rows)
    image = np.dstack([light * 0.78, light * 0.9, light]).astype(np.uint8)
    x = 250 + 60 * number
    top, trousers = ((46, 40, 168), (92, 60, 44)) if number % 2 else ((60, 92, 150), (70, 70, 74))
    cv2.rectangle(image, (x - 24, 120), (x + 24, 208), top, -1)
    cv2.rectangle(image, (x - 22, 208), (x - 3, 300), trousers, -1)
    cv2.rectangle(image, (x + 4, 208), (x + 23, 300), trousers, -1)
    cv2.circle(image, (x, 98), 19, (110, 130, 150), -1)
    image = cv2.GaussianBlur(image, (0, 0), 1.6)
    image[70:124, x - 32 : x + 32] = cv2.GaussianBlur(image[70:124, x - 32 : x + 32], (0, 0), 9)
    ok, data = cv2.imencode(".jpg", image)
    assert ok
    return data.tobytes()


def add_search_routes(app: FastAPI, searches: FakeSearches) -> None:
    """The routes of the real server, and the pictures of candidates."""

    @app.get("/api/v1/person-searches")
    def listed() -> list[PersonSearchSummary]:
        fields = PersonSearchSummary.model_fields.keys()
        views = sorted(searches.known.values(), key=lambda view: -view.opened_at)
        return [PersonSearchSummary(**view.model_dump(include=set(fields))) for view in views]

    @app.get("/api/v1/person-searches/{case_id}")
    def one(case_id: str) -> PersonSearchView:
        view = searches.view(case_id)
        searches.note(view, "person_search_view")
        return view

    @app.post("/api/v1/person-searches", status_code=201)
    async def open_search(new: NewPersonSearch) -> PersonSearchView:
        return searches.open(new)

    @app.patch("/api/v1/person-searches/{case_id}")
    async def amend(case_id: str, change: AmendPersonSearch) -> PersonSearchView:
        searches.amend(case_id, change)
        return searches.view(case_id)

    @app.post("/api/v1/person-searches/{case_id}/close")
    async def close(case_id: str, end: ClosePersonSearch) -> PersonSearchView:
        searches.close(case_id, end)
        return searches.view(case_id)

    @app.get("/api/v1/person-searches/{case_id}/pictures/{picture_id}")
    def picture(case_id: str, picture_id: str) -> Response:
        view = searches.known[case_id]
        number = [p.picture_id for p in view.pictures].index(picture_id) + 1
        searches.note(view, "person_search_picture", picture=number)
        return Response(searches.pictures[picture_id], media_type="image/jpeg")

    @app.get("/api/v1/candidates/{number}")
    def candidate(number: int) -> Response:
        return Response(street_picture(number), media_type="image/jpeg")
