"""Person searches from the server: each item judged by itself, held until it ends, never on disk.

A search ends when a list comes without it, or when it expires by the vehicle's own clock, with or
without a link. What is held is in memory alone: a client that starts anew knows of nobody.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import msgspec

from fleet_client.inbound import read_message
from patrol.clock import Clock, parse_iso_utc
from patrol.errors import OrderError, SearchError
from patrol.person_search import AgeGroup, Build, LastSeen, PersonSearch
from patrol.vda5050.extension import PersonSearchItem
from patrol.vda5050.messages import Header, decode
from patrol.vda5050.topic_names import VehicleAddress

log = logging.getLogger(__name__)
TOPIC = "searches"


class _RawSearches(Header):
    """`PersonSearches` with its items undecoded, so that one bad item spoils no other."""

    searches: list[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class ReadSearches:
    """A list as it came: what can be searched for, and what was wrong with the rest."""

    header_id: int
    sent_at_s: float
    searches: tuple[PersonSearch, ...]
    problems: tuple[OrderError, ...]


def read_searches(payload: bytes, address: VehicleAddress) -> ReadSearches:
    """All open searches; raises OrderError where the message itself cannot be read."""
    message = read_message(payload, _RawSearches, TOPIC, address)
    references = {"topic": TOPIC, "headerId": str(message.header_id)}
    try:
        sent_at_s = parse_iso_utc(message.timestamp)
    except ValueError as error:
        raise OrderError(f"{TOPIC}: {error}", "validationError", **references) from None
    found: list[PersonSearch] = []
    problems: list[OrderError] = []
    for number, raw in enumerate(message.searches):
        try:
            found.append(search_of(decode(bytes(raw), PersonSearchItem)))
        except (OrderError, SearchError, ValueError) as error:
            why = f"{TOPIC}: item {number}: {error}"
            problems.append(OrderError(why, "validationError", **references))
    return ReadSearches(message.header_id, sent_at_s, tuple(found), tuple(problems))


def search_of(item: PersonSearchItem) -> PersonSearch:
    """An item of the wire as a value; raises SearchError or ValueError."""
    return PersonSearch(
        item.case_id,
        parse_iso_utc(item.opened_at),
        parse_iso_utc(item.expires_at),
        item.top_rgb,
        item.trousers_rgb,
        item.height,
        None if item.age_group is None else AgeGroup(item.age_group),
        None if item.build is None else Build(item.build),
        _last_seen(item),
        tuple(item.pictures),
    )


def _last_seen(item: PersonSearchItem) -> LastSeen | None:
    if (
        item.last_seen_map_id is None
        or item.last_seen_x is None
        or item.last_seen_y is None
        or item.last_seen_at is None
    ):
        return None
    at_s = parse_iso_utc(item.last_seen_at)
    return LastSeen(item.last_seen_map_id, item.last_seen_x, item.last_seen_y, at_s)


class OpenSearches:
    """Whom the vehicle looks for now; `take` a list, `step` as time passes.

    Each search has two ends: its own by the vehicle's wall clock, and as long after it came as the
    server meant by its own clock. So a clock that is set back lets nobody be looked for longer.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: tuple[PersonSearch, ...] = ()
        self._knows = False  # whether any list has come
        self._over_at_s: dict[str, float] = {}  # monotonic
        self._header_id: int | None = None  # of the newest list on this connection

    @property
    def held(self) -> tuple[PersonSearch, ...]:
        """Open searches in the server's order."""
        return self._held

    def on_connect(self) -> None:
        """A new connection: lists are counted from the next one on."""
        self._header_id = None

    def take(self, read: ReadSearches) -> bool:
        """A list replaces what was held; whether that is news.

        The first one is, an empty one too: the vehicle may hold evidence of candidates from before
        a restart. One that the broker delivers again after a newer one is passed over: it would
        bring back somebody who has been found.
        """
        if self._header_id is not None and read.header_id <= self._header_id:
            return False
        self._header_id = read.header_id
        now_s = self._clock.monotonic_s()
        before = self._held if self._knows else None
        self._held, self._knows = read.searches, True
        self._over_at_s = {
            search.case_id: now_s + search.expires_at_s - read.sent_at_s
            for search in read.searches
        }
        self._forget()
        return self._held != before

    def step(self) -> bool:
        """Forget what has expired; whether anything has."""
        before = self._held
        self._forget()
        return self._held != before

    def _forget(self) -> None:
        now_s, monotonic_s = self._clock.now_s(), self._clock.monotonic_s()
        kept = tuple(
            search
            for search in self._held
            if search.is_open(now_s) and monotonic_s < self._over_at_s[search.case_id]
        )
        gone = [search.case_id for search in self._held if search not in kept]
        if gone:
            log.info("searches_expired cases=%s", ",".join(gone))
        self._held = kept
