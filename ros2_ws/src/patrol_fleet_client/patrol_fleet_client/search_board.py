"""Whom the vehicle looks for, from the client's thread to the topic that perception reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from patrol_interfaces.msg import PersonPicture, PersonSearchArray
from patrol_interfaces.msg import PersonSearch as PersonSearchMessage

from patrol.person_search import PersonSearch
from patrol_ros.stamps import header_of, stamp_of


class SearchBoard:
    """`show` from any thread, `step` in the node's: publishes what changed, expiry included.

    Until the first list nothing is published: what is not known replaces nothing.
    """

    def __init__(self, publish: Callable[[PersonSearchArray], None]) -> None:
        self._publish = publish
        self._wanted: tuple[PersonSearch, ...] | None = None
        self._shown: tuple[PersonSearch, ...] | None = None

    def show(self, searches: tuple[PersonSearch, ...]) -> None:
        """All open searches, from now on."""
        self._wanted = searches

    def step(self, now_s: float) -> None:
        """Publish them where that is news."""
        wanted = self._wanted
        if wanted is not None and wanted != self._shown:
            self._publish(message_of_searches(wanted, now_s))
            self._shown = wanted


def message_of_searches(searches: Sequence[PersonSearch], stamp_s: float) -> PersonSearchArray:
    """Open searches as perception hears them."""
    return PersonSearchArray(header=header_of(stamp_s), searches=[_message(s) for s in searches])


def _message(search: PersonSearch) -> PersonSearchMessage:
    message = PersonSearchMessage(
        case_id=search.case_id,
        opened_at=stamp_of(search.opened_at_s),
        expires_at=stamp_of(search.expires_at_s),
        top_rgb=list(search.top_rgb or ()),
        trousers_rgb=list(search.trousers_rgb or ()),
        height_m=list(search.height_m or ()),
        age_group=search.age_group or "",
        build=search.build or "",
        pictures=[PersonPicture(data=picture) for picture in search.pictures],
    )
    last_seen = search.last_seen
    if last_seen is not None:
        message.last_seen_map_id = last_seen.map_id
        message.last_seen_x, message.last_seen_y = last_seen.x_m, last_seen.y_m
        message.last_seen_at = stamp_of(last_seen.at_s)
    return message
