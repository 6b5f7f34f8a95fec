"""Person searches: bad items refused alone, ended ones forgotten, nothing on disk."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from fleet_client.client import FleetClient
from fleet_client.credentials import Credentials
from fleet_client.options import LinkHandlers
from fleet_client.receiver import Receiver
from fleet_client.searches import OpenSearches, read_searches, search_of
from fleet_client.state_builder import MapRef
from patrol.clock import SimClock, iso_utc
from patrol.errors import OrderError
from patrol.person_search import AgeGroup, Build, LastSeen, PersonSearch
from patrol.vda5050.extension import PersonSearches, PersonSearchItem
from patrol.vda5050.messages import encode
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import load_vehicle

ADDRESS = VehicleAddress("gwanak", "sunra", "goalie-01")
START_S = 1_800_000_000.0
PICTURE = b"\xff\xd8\xff" + b"figure of the missing person" * 20
GOALIE_FILE = Path(__file__).resolve().parents[3] / "config" / "vehicles" / "goalie.yaml"


def item(case_id: str = "2027-0001", lasts_s: float = 3600.0, **changes: Any) -> PersonSearchItem:
    values: dict[str, Any] = {
        "case_id": case_id,
        "opened_at": iso_utc(START_S),
        "expires_at": iso_utc(START_S + lasts_s),
        "top_rgb": (0.8, 0.1, 0.1),
    }
    return PersonSearchItem(**{**values, **changes})


def message(*items: PersonSearchItem, header_id: int = 1, at_s: float = START_S) -> PersonSearches:
    return PersonSearches(
        header_id=header_id,
        timestamp=iso_utc(at_s),
        version="2.1.0",
        manufacturer="sunra",
        serial_number="goalie-01",
        searches=list(items),
    )


def spoilt(change: dict[str, Any]) -> bytes:
    """Three items, of which the second is changed on the wire."""
    wire = json.loads(encode(message(item("a"), item("b"), item("c"))))
    wire["searches"][1].update(change)
    return json.dumps(wire).encode()


class Vehicle:
    """Remembers every list it was told."""

    def __init__(self) -> None:
        self.clock = SimClock(START_S)
        self.told: list[list[str]] = []
        self.searches = OpenSearches(self.clock)
        handlers = LinkHandlers(lambda _order: None, lambda _action: None, None, self._on_searches)
        self.receiver = Receiver(
            ADDRESS, MapRef("sillim"), handlers, lambda _ack: None, lambda: None, None,
            self.searches,
        )  # fmt: skip

    def _on_searches(self, searches: tuple[PersonSearch, ...]) -> None:
        self.told.append([search.case_id for search in searches])

    def receive(self, payload: Any) -> None:
        content = payload if isinstance(payload, bytes) else encode(payload)
        asyncio.run(self.receiver.receive(ADDRESS.topic("searches"), content))

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        asyncio.run(self.receiver.expire_searches())


def test_an_item_becomes_the_value_that_it_says() -> None:
    whole = item(
        trousers_rgb=(0.1, 0.1, 0.4),
        height=(1.5, 1.7),
        age_group="old",
        build="slim",
        last_seen_map_id="sillim",
        last_seen_x=12.0,
        last_seen_y=-3.5,
        last_seen_at=iso_utc(START_S - 600),
        pictures=[PICTURE],
    )
    assert search_of(whole) == PersonSearch(
        "2027-0001", START_S, START_S + 3600, (0.8, 0.1, 0.1), (0.1, 0.1, 0.4), (1.5, 1.7),
        AgeGroup.OLD, Build.SLIM, LastSeen("sillim", 12.0, -3.5, START_S - 600), (PICTURE,),
    )  # fmt: skip


def test_what_is_not_known_stays_unknown() -> None:
    search = search_of(item())
    assert (search.trousers_rgb, search.height_m, search.age_group, search.build) == (None,) * 4
    assert search.last_seen is None
    assert search.pictures == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"expiresAt": "soon"}, "soon"),
        ({"expiresAt": "2027-01-15T10:00:00"}, "no zone"),
        ({"topRgb": [0.1, 0.2]}, "topRgb"),
        ({"topRgb": [0.1, 0.2, 1.5]}, "top_rgb"),
        ({"topRgb": None}, "nobody is found by height alone"),
        ({"height": [1.7, 1.5]}, "height_m"),
        ({"ageGroup": "ancient"}, "ancient"),
        ({"build": "tall"}, "tall"),
        ({"caseId": "no such/name"}, "case_id"),
        ({"caseId": 7}, "caseId"),
        ({"pictures": ["aGFsbG8="]}, "neither JPEG nor PNG"),
        ({"pictures": ["!!"]}, "base64"),
    ],
)
def test_a_bad_item_is_refused_by_name_and_the_others_hold(
    change: dict[str, Any], why: str
) -> None:
    vehicle = Vehicle()
    vehicle.receive(spoilt(change))
    assert vehicle.told == [["a", "c"]]
    [error] = vehicle.receiver.refusals
    assert error.error_type == "validationError"
    assert "item 1" in (error.error_description or "")
    assert why in (error.error_description or "")
    found = {r.reference_key: r.reference_value for r in error.error_references or []}
    assert found == {"topic": "searches", "headerId": "1"}


@pytest.mark.parametrize("payload", [b"\xff{", b"{}", b"[]", b'{"searches": 3}'])
def test_an_unreadable_list_is_refused_and_what_was_held_stays(payload: bytes) -> None:
    vehicle = Vehicle()
    vehicle.receive(message(item("a")))
    vehicle.receive(payload)
    assert vehicle.told == [["a"]]
    assert len(vehicle.receiver.refusals) == 1


def test_a_list_for_another_vehicle_or_without_a_time_is_refused() -> None:
    other = message(item())
    other.serial_number = "goalie-02"
    with pytest.raises(OrderError, match="goalie-02"):
        read_searches(encode(other), ADDRESS)
    timeless = message(item())
    timeless.timestamp = "yesterday"
    with pytest.raises(OrderError, match="searches: "):
        read_searches(encode(timeless), ADDRESS)


def test_one_that_is_missing_in_the_next_list_is_over() -> None:
    vehicle = Vehicle()
    vehicle.receive(message(item("a"), item("b")))
    vehicle.receive(message(item("b"), header_id=2))
    vehicle.receive(message(header_id=3))
    assert vehicle.told == [["a", "b"], ["b"], []]


def test_the_same_list_again_is_no_news() -> None:
    vehicle = Vehicle()
    vehicle.receive(message(item("a")))
    vehicle.receive(message(item("a"), header_id=2))
    assert vehicle.told == [["a"]]


def test_an_older_list_delivered_again_brings_nobody_back() -> None:
    vehicle = Vehicle()
    vehicle.receive(message(item("a"), header_id=5))
    vehicle.receive(message(header_id=6))
    vehicle.receive(message(item("a"), header_id=5))
    assert vehicle.told == [["a"], []]
    vehicle.searches.on_connect()  # a server with another clock may count from below
    vehicle.receive(message(item("b"), header_id=2))
    assert vehicle.told[-1] == ["b"]


def test_it_is_forgotten_when_it_expires_without_any_message() -> None:
    vehicle = Vehicle()
    vehicle.receive(message(item("short", 60.0), item("long", 600.0)))
    vehicle.wait(59.0)
    assert vehicle.told == [["short", "long"]]
    vehicle.wait(1.0)
    vehicle.wait(1.0)
    assert vehicle.told == [["short", "long"], ["long"]]
    vehicle.wait(600.0)
    assert vehicle.told[-1] == []


def test_one_that_has_expired_before_it_comes_is_not_searched_for() -> None:
    vehicle = Vehicle()
    vehicle.clock.advance(120.0)
    vehicle.receive(message(item("late", 60.0), item("open", 600.0), at_s=START_S))
    assert vehicle.told == [["open"]]


def test_a_clock_that_is_set_back_prolongs_nothing() -> None:
    class Clock(SimClock):
        shift_s = 0.0

        def now_s(self) -> float:
            return super().now_s() + self.shift_s

    clock = Clock(START_S)
    searches = OpenSearches(clock)
    searches.take(read_searches(encode(message(item("a", 60.0))), ADDRESS))
    clock.shift_s = -86_400.0
    clock.advance(59.0)
    assert not searches.step()
    clock.advance(1.0)
    assert searches.step()
    assert searches.held == ()


def test_a_clock_that_jumps_ahead_ends_it() -> None:
    vehicle = Vehicle()
    vehicle.receive(message(item("a")))
    vehicle.clock._now_s += 86_400.0
    vehicle.wait(0.0)
    assert vehicle.told == [["a"], []]


def test_the_first_list_is_told_though_it_is_empty_and_the_next_empty_one_is_not() -> None:
    """There may be evidence of candidates from before a restart: it waits for this word."""
    vehicle = Vehicle()
    vehicle.receive(message())
    vehicle.receive(message(header_id=2))
    assert vehicle.told == [[]]


def test_a_vehicle_that_does_not_search_passes_the_list_over() -> None:
    handlers = LinkHandlers(lambda _order: None, lambda _action: None)
    receiver = Receiver(ADDRESS, MapRef("sillim"), handlers, lambda _ack: None, lambda: None)
    asyncio.run(receiver.receive(ADDRESS.topic("searches"), encode(message(item()))))
    asyncio.run(receiver.expire_searches())
    assert receiver.refusals == []


def client(spool: Path | None, search: bool) -> FleetClient:
    on_searches = (lambda _searches: None) if search else None
    handlers = LinkHandlers(lambda _order: None, lambda _action: None, None, on_searches)
    credentials = Credentials(
        "127.0.0.1", 1, "sunra/goalie-01", "secret", "gwanak", "sunra", "goalie-01"
    )
    return FleetClient(
        credentials, load_vehicle(GOALIE_FILE), MapRef("sillim"), handlers,
        spool_path=spool, clock=SimClock(START_S),
    )  # fmt: skip


def test_only_who_searches_subscribes() -> None:
    assert "searches" in client(None, True)._subscribed()
    assert "searches" not in client(None, False)._subscribed()


def test_nothing_of_a_search_is_written_to_disk(tmp_path: Path) -> None:
    made = client(tmp_path / "spool.sqlite", True)
    payload = encode(message(item("2027-0042", pictures=[PICTURE])))

    async def life() -> None:
        await made._receive(ADDRESS.topic("searches"), payload)
        made.stop()
        await made.run()

    asyncio.run(life())
    assert made._searches is not None
    assert [search.case_id for search in made._searches.held] == ["2027-0042"]
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written, "the spool is there"
    for path in written:
        content = path.read_bytes()
        assert b"2027-0042" not in content
        assert PICTURE[:24] not in content
