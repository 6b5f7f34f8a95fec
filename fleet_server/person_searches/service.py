"""Person searches: opened, amended and closed by operators, and ended by time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from fleet_server.api.person_search_models import (
    AmendPersonSearch,
    ClosePersonSearch,
    NewPersonSearch,
    PersonSearchSummary,
    PersonSearchView,
)
from fleet_server.errors import ConflictError, InvalidError, NotFoundError
from fleet_server.incidents.service import IncidentService
from fleet_server.maps import MapLibrary
from fleet_server.person_searches.content import NOWHERE, PLAIN, checked, search_of, values_of
from fleet_server.person_searches.pictures import picture_of
from fleet_server.person_searches.views import summary_of, view_of
from fleet_server.store.audit import add_audit
from fleet_server.store.candidates import select_candidate_files
from fleet_server.store.database import Database
from fleet_server.store.person_searches import (
    SYSTEM,
    add_search,
    amend_search,
    close_search,
    select_candidates,
    select_log,
    select_open,
    select_pictures,
    select_searches,
)
from patrol.clock import Clock
from patrol.person_search import PersonSearch

log = logging.getLogger(__name__)

MOST_OPEN = 10  # with their pictures they are one message, below the broker's payload limit
CLOSED_BY_TIME = "expired"
UNKNOWN = {**dict.fromkeys((*PLAIN, "note")), **NOWHERE}
Change = Literal["open", "amend", "close", "expire"]


@dataclass(frozen=True, slots=True)
class OpenSearch:
    """An open case as vehicles get it; another revision is another message."""

    search: PersonSearch
    revision: int


class PersonSearchService:
    """`resume` first. Raises NotFoundError, ConflictError, and InvalidError naming the field.

    `changed` hears of every case that was opened, amended, closed or has expired.
    """

    def __init__(
        self,
        database: Database,
        maps: MapLibrary,
        incidents: IncidentService,
        clock: Clock,
        kept_s: float,
        changed: Callable[[PersonSearchSummary], None],
    ) -> None:
        self._database, self._maps, self._incidents = database, maps, incidents
        self._clock, self._kept_s, self._changed = clock, kept_s, changed
        self._open: list[OpenSearch] = []

    async def resume(self) -> None:
        """Take up what was open."""
        rows = await self._database.read(select_open)
        self._open = [OpenSearch(search_of(row, p), row["revision"]) for row, p in rows]

    def open_searches(self) -> list[OpenSearch]:
        """Whom vehicles look for now, the oldest case first."""
        now_s = self._clock.now_s()
        return [one for one in self._open if one.search.is_open(now_s)]

    async def end_expired(self) -> None:
        """Close what its time has ended."""
        now_s = self._clock.now_s()
        over = [one.search for one in self._open if not one.search.is_open(now_s)]
        for search in over:
            end = (search.case_id, CLOSED_BY_TIME, None, SYSTEM, search.expires_at_s, now_s)
            await self._database.write(close_search, *end)
            await self._told(search.case_id, "expire")

    async def views(self) -> list[PersonSearchSummary]:
        """All cases, the newest first."""
        found = await self._database.read(select_searches)
        return [summary_of(stored, self._clock.now_s()) for stored in found]

    async def look(self, case_id: str, username: str) -> PersonSearchView:
        """One case with everything; the look is logged."""
        await self._one(case_id)
        await self._note(username, "person_search_view", case_id)
        return await self._view(case_id)

    async def open(self, new: NewPersonSearch, username: str) -> PersonSearchView:
        """A new case; vehicles hear of it at once."""
        now_s = self._clock.now_s()
        if len(self.open_searches()) >= MOST_OPEN:
            raise ConflictError(
                f"at most {MOST_OPEN} searches are open at a time; close one first",
                "too_many_open",
            )
        given = values_of(new, self._maps, now_s)
        head = {"opened_at_s": now_s, "opened_by": username, "expires_at_s": new.expires_at}
        values = {**UNKNOWN, **given, **head}
        pictures = await _pictures_of(new.pictures, "pictures")
        checked({**values, "case_id": "new"}, pictures, now_s)
        case_id = await self._database.write(add_search, values, pictures, now_s)
        await self._told(case_id, "open")
        return await self._view(case_id)

    async def amend(
        self, case_id: str, change: AmendPersonSearch, username: str
    ) -> PersonSearchView:
        """Other or more content of an open case; vehicles hear of it at once."""
        now_s = self._clock.now_s()
        values = values_of(change, self._maps, now_s)
        if "expires_at" in change.model_fields_set:
            if change.expires_at is None:
                raise InvalidError(
                    "expires_at: a search has an end", "invalid_search", "expires_at"
                )
            values["expires_at_s"] = change.expires_at
        added = await _pictures_of(change.add_pictures, "add_pictures")
        removed = change.remove_pictures

        def work(connection: sa.Connection) -> bool:
            found = select_searches(connection, [case_id])
            if not found:
                raise NotFoundError(f"no person search {case_id!r}", "search_unknown")
            kept = select_pictures(connection, case_id)
            if not set(removed) <= set(kept):
                raise InvalidError(
                    "remove_pictures: the case has no such picture",
                    "invalid_search",
                    "remove_pictures",
                )
            pictures = [data for one, data in kept.items() if one not in removed]
            checked({**found[0].row, **values}, [*pictures, *added], now_s)
            return amend_search(connection, case_id, values, added, removed, username, now_s)

        self._require_open(case_id)
        if not await self._database.write(work):
            raise self._ended(case_id)
        await self._told(case_id, "amend")
        return await self._view(case_id)

    async def close(self, case_id: str, end: ClosePersonSearch, username: str) -> PersonSearchView:
        """The end of a case; vehicles forget it at once."""
        await self._one(case_id)
        self._require_open(case_id)
        now_s = self._clock.now_s()
        note = (end.note or "").strip() or None
        values = (case_id, end.outcome, note, username, now_s, now_s)
        if not await self._database.write(close_search, *values):
            raise self._ended(case_id)
        await self._told(case_id, "close")
        return await self._view(case_id)

    async def open_picture(self, case_id: str, picture_id: str, username: str) -> bytes:
        """A picture of a case, a JPEG; the look is logged."""
        pictures = await self._database.read(select_pictures, case_id)
        if picture_id not in pictures:
            raise NotFoundError(f"person search {case_id!r}: no such picture", "picture_unknown")
        number = list(pictures).index(picture_id) + 1
        await self._note(username, "person_search_picture", case_id, picture=number)
        return pictures[picture_id]

    def _require_open(self, case_id: str) -> None:
        """Expired counts as ended, whether or not its row says so by now."""
        for one in self._open:
            if one.search.case_id == case_id and not one.search.is_open(self._clock.now_s()):
                raise self._ended(case_id)

    @staticmethod
    def _ended(case_id: str) -> ConflictError:
        return ConflictError(f"person search {case_id} has ended already", "search_ended")

    async def _told(self, case_id: str, change: Change) -> None:
        log.info("person_search_%s case=%s", change, case_id)
        await self.resume()
        self._changed(await self._one(case_id))

    async def _one(self, case_id: str) -> PersonSearchSummary:
        found = await self._database.read(select_searches, [case_id])
        if not found:
            raise NotFoundError(f"no person search {case_id!r}", "search_unknown")
        return summary_of(found[0], self._clock.now_s())

    async def _view(self, case_id: str) -> PersonSearchView:
        (stored,) = await self._database.read(select_searches, [case_id])
        reported = await self._database.read(select_candidates, case_id)
        candidates = await self._incidents.some(reported)
        files = await self._database.read(select_candidate_files, reported)
        heads = [one.incident_id for one in candidates]
        lines = await self._database.read(select_log, [case_id, *reported, *heads, *files])
        now_s = self._clock.now_s()
        return view_of(stored, self._maps, candidates, lines, self._kept_s, now_s)

    async def _note(self, username: str, action: str, case_id: str, **details: Any) -> None:
        def work(connection: sa.Connection) -> None:
            add_audit(connection, self._clock.now_s(), username, action, case_id, **details)

        await self._database.write(work)


async def _pictures_of(given: Sequence[str], field: str) -> list[bytes]:
    return [
        await asyncio.to_thread(picture_of, text, f"{field}.{number}")
        for number, text in enumerate(given)
    ]
