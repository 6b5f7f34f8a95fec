"""Pedestrian lights at the vehicle: what is newer goes on, with its stamp; the rest is named."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_client.client import FleetClient
from fleet_client.credentials import Credentials
from fleet_client.options import LinkHandlers
from fleet_client.receiver import Receiver
from fleet_client.signals import MAX_AGE_S, SignalIntake, SignalNews
from fleet_client.state_builder import MapRef
from navigation.crossing.lights import SIGNAL_MARGIN_S, SIGNAL_MAX_AGE_S, LightWatch
from patrol.clock import SimClock, iso_utc
from patrol.signals import AHEAD_AT_MOST_S, SignalDark, SignalLight, SignalState
from patrol.vda5050.extension import SignalItem, Signals
from patrol.vda5050.messages import encode
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import load_vehicle

ADDRESS = VehicleAddress("gwanak", "sunra", "goalie-01")
START_S = 1_800_000_000.0
GOALIE_FILE = Path(__file__).resolve().parents[3] / "config" / "vehicles" / "goalie.yaml"
WALK, RED = SignalLight.WALK, SignalLight.DONT_WALK


def item(at_s: float = START_S, light: str | None = WALK, **changes: Any) -> SignalItem:
    return SignalItem(
        **{"signal_id": "a", "observed_at": iso_utc(at_s), "light": light, **changes}
    )


def message(*items: SignalItem, sent_s: float = START_S) -> bytes:
    return encode(
        Signals(
            header_id=1, timestamp=iso_utc(sent_s), version="2.1.0", manufacturer="sunra",
            serial_number="goalie-01", signals=list(items),
        )
    )  # fmt: skip


def spoilt(**change: Any) -> bytes:
    """Signals a, b, c, of which b is changed on the wire."""
    wire = json.loads(message(*(item(signal_id=name) for name in "abc")))
    wire["signals"][1].update(change)
    return json.dumps(wire).encode()


class Vehicle:
    """Remembers every light it was told, and what it refused."""

    def __init__(self) -> None:
        self.clock = SimClock(START_S)
        self.told: list[SignalNews] = []
        self.intake = SignalIntake(self.clock)
        handlers = LinkHandlers(
            lambda _order: None, lambda _action: None, on_signals=self.told.extend
        )
        self.receiver = Receiver(
            ADDRESS, MapRef("sillim"), handlers, lambda _ack: None, lambda: None,
            signals=self.intake,
        )  # fmt: skip

    def receive(self, payload: bytes) -> None:
        asyncio.run(self.receiver.receive(ADDRESS.topic("signals"), payload))

    @property
    def refused(self) -> list[str]:
        return [str(error.error_description) for error in self.receiver.refusals]


def test_a_light_goes_on_with_the_stamp_of_its_observation() -> None:
    vehicle = Vehicle()
    vehicle.clock.advance(1.5)
    vehicle.receive(message(item(walk_left=12.5), item(signal_id="b", light=None)))
    assert vehicle.told == [
        SignalState(START_S, "a", WALK, 12.5),
        SignalDark(START_S, "b"),
    ]
    assert vehicle.refused == []


def test_a_message_that_comes_twice_tells_nothing_the_second_time() -> None:
    vehicle = Vehicle()
    for _ in range(3):
        vehicle.receive(message(item(walk_left=12.5)))
    assert len(vehicle.told) == 1


def test_one_that_was_overtaken_tells_nothing() -> None:
    vehicle = Vehicle()
    vehicle.clock.advance(1.0)
    vehicle.receive(message(item(START_S + 0.5, RED)))
    vehicle.receive(message(item(START_S, WALK, walk_left=30.0)))
    vehicle.receive(message(item(START_S + 0.5, WALK, walk_left=30.0)))
    assert [state.light for state in vehicle.told if isinstance(state, SignalState)] == [RED]


@pytest.mark.parametrize(
    ("shift_s", "word"), [(-MAX_AGE_S - 0.1, "late"), (AHEAD_AT_MOST_S + 0.1, "ahead")]
)
def test_a_stamp_that_is_not_of_now_tells_nothing_and_is_named_once(
    caplog: pytest.LogCaptureFixture, shift_s: float, word: str
) -> None:
    vehicle = Vehicle()
    for _ in range(5):
        vehicle.clock.advance(0.5)
        vehicle.receive(message(item(vehicle.clock.now_s() + shift_s)))
    assert vehicle.told == []
    named = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert named == [f"signal_{word} signal=a age_s={-shift_s:.3f}"]
    vehicle.receive(message(item(vehicle.clock.now_s())))
    assert len(vehicle.told) == 1, "one far ahead must not silence those that are right"


def test_a_clock_that_is_behind_shows_even_where_the_light_was_slow() -> None:
    vehicle = Vehicle()
    seen_s, sent_s = START_S - 1.0, START_S + AHEAD_AT_MOST_S  # a second on the way to the server
    vehicle.receive(message(item(seen_s, walk_left=9.0), sent_s=sent_s + 0.01))
    assert vehicle.told == []
    vehicle.receive(message(item(seen_s, walk_left=9.0), sent_s=sent_s))
    assert vehicle.told == [SignalState(seen_s, "a", WALK, 9.0)]


def test_a_message_without_a_time_is_refused() -> None:
    vehicle = Vehicle()
    wire = json.loads(message(item()))
    vehicle.receive(json.dumps({**wire, "timestamp": "soon"}).encode())
    assert vehicle.told == []
    assert vehicle.refused == ["signals: Invalid isoformat string: 'soon'"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"light": "green"}, "signal 'b': light: 'green' is none of: walk, clearance, dont_walk"),
        ({"walkLeft": -0.5}, "signal 'b': walkLeft: -0.5 is not from 0 to below 3600 s"),
        ({"walkLeft": 3600.1}, "signal 'b': walkLeft: 3600.1 is not from 0 to below 3600 s"),
    ],
)
def test_an_item_that_cannot_be_believed_makes_its_light_unknown(
    change: dict[str, Any], words: str
) -> None:
    vehicle = Vehicle()
    vehicle.receive(spoilt(**change))
    kinds = {news.signal_id: type(news) for news in vehicle.told}
    assert kinds == {"a": SignalState, "b": SignalDark, "c": SignalState}
    assert vehicle.refused == [f"signals: item 1: {words}"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"observedAt": "yesterday"}, "signal 'b': observedAt: Invalid isoformat string"),
        ({"observedAt": "2027-01-15T08:00:00"}, "signal 'b': observedAt: time"),
        ({"observedAt": 5}, "SignalItem: Expected `str`, got `int` - at `$.observedAt`"),
        ({"walkLeft": "12"}, "SignalItem: Expected `float | null`, got `str`"),
        ({"signalId": ""}, "signalId: is empty"),
    ],
)
def test_an_item_of_nobody_knows_what_is_named_and_spoils_no_other(
    change: dict[str, Any], words: str
) -> None:
    vehicle = Vehicle()
    vehicle.receive(spoilt(**change))
    assert [news.signal_id for news in vehicle.told] == ["a", "c"]
    (refused,) = vehicle.refused
    assert refused.startswith(f"signals: item 1: {words}")


def test_what_is_wrong_is_named_once_a_connection() -> None:
    vehicle = Vehicle()
    for _ in range(3):
        vehicle.receive(spoilt(light="green"))
        vehicle.receive(b"{")
        vehicle.receive(message(item()).replace(b'"goalie-01"', b'"goalie-02"'))
    assert len(vehicle.refused) == 3
    vehicle.intake.on_connect()
    vehicle.receive(spoilt(light="green"))
    assert len(vehicle.refused) == 4


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999"])
def test_no_number_that_is_none_is_taken(value: str) -> None:
    vehicle = Vehicle()
    vehicle.receive(message(item(walk_left=12.5)).replace(b"12.5", value.encode()))
    assert [type(news) for news in vehicle.told] in ([], [SignalDark])
    assert len(vehicle.refused) == 1


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_words(payload: bytes) -> None:
    heard = SignalIntake(SimClock(START_S)).take(payload, ADDRESS)
    assert heard.news == ()
    assert len(heard.problems) == 1


@given(st.permutations(range(8)), st.lists(st.integers(0, 7), max_size=8))
def test_no_order_and_no_copy_of_messages_prolongs_a_walk(
    order: list[int], copies: list[int]
) -> None:
    """Red, five times a walk with one promised end, twice red, however they arrive."""
    end_s = START_S + 1.3
    lights = [RED, *[WALK] * 5, RED, RED]
    messages = []
    for number, light in enumerate(lights):
        at_s = START_S + 0.25 * number
        left_s = end_s - at_s if light is WALK else None
        messages.append(message(item(at_s, light, walk_left=left_s)))
    clock = SimClock(START_S + 1.75)
    intake, watch = SignalIntake(clock), LightWatch()
    newest_s = -math.inf
    for number in (*order, *copies):
        for news in intake.take(messages[number], ADDRESS).news:
            assert isinstance(news, SignalState)
            assert news.stamp_s > newest_s
            newest_s = news.stamp_s
            watch.see(news)
            if news.walk_left_s is not None:
                assert news.stamp_s + news.walk_left_s <= end_s + 1e-6
    assert newest_s == START_S + 1.75
    assert watch.known(clock.now_s()) is RED, "the newest counts, whenever it came"


def test_what_a_clock_that_is_behind_adds_to_a_walk_is_less_than_the_margin() -> None:
    assert AHEAD_AT_MOST_S < SIGNAL_MARGIN_S
    assert MAX_AGE_S == SIGNAL_MAX_AGE_S == 2.0


@pytest.mark.parametrize("wants", [True, False])
def test_a_client_subscribes_only_where_somebody_wants_the_lights(wants: bool) -> None:
    handlers = LinkHandlers(
        lambda _order: None, lambda _action: None,
        on_signals=(lambda _news: None) if wants else None,
    )  # fmt: skip
    client = FleetClient(
        Credentials("h", 1, "u", "p", "gwanak", "sunra", "goalie-01"),
        load_vehicle(GOALIE_FILE),
        MapRef("sillim"),
        handlers,
        spool_path=None,
        clock=SimClock(START_S),
    )
    assert ("signals" in client._subscribed()) == wants
