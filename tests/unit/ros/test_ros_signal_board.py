"""Pedestrian lights from the client to ROS, and what navigation makes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from patrol_interfaces.msg import SignalState as SignalMessage
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import TimeReference

from fleet_client.receiver import Receiver
from fleet_client.signals import SignalIntake
from fleet_client.state_builder import MapRef
from navigation.crossing.lights import LightWatch
from patrol.clock import SimClock, iso_utc
from patrol.signals import SignalDark, SignalLight, SignalState
from patrol.topics import TOPICS
from patrol.vda5050.extension import SignalItem, Signals
from patrol.vda5050.messages import encode
from patrol.vda5050.topic_names import VehicleAddress
from patrol_fleet_client.gnss_clock import GnssClock
from patrol_fleet_client.signal_board import SignalBoard, message_of
from patrol_navigation.convert import note_signal
from patrol_ros.stamps import header_of, stamp_of

START_S = 1_800_000_000.25
TOPIC = "/signals/state"
ROOT = Path(__file__).resolve().parents[3]
WALK = SignalState(START_S, "signal-1", SignalLight.WALK, 12.5)


def through_ros(message: SignalMessage) -> SignalMessage:
    return deserialize_message(serialize_message(message), SignalMessage)


@pytest.mark.parametrize("left_s", [12.5, None])
def test_navigation_hears_what_the_client_was_told(left_s: float | None) -> None:
    told = SignalState(START_S, "signal-1", SignalLight.CLEARANCE, left_s)
    heard: dict[str, SignalState] = {}
    note_signal(heard, through_ros(message_of(told)))
    (state,) = heard.values()
    assert (state.signal_id, state.light, state.walk_left_s) == ("signal-1", "clearance", left_s)
    assert state.stamp_s == pytest.approx(START_S, abs=1e-6)


def test_a_light_that_nobody_knows_is_forgotten_at_once() -> None:
    heard: dict[str, SignalState] = {}
    note_signal(heard, through_ros(message_of(WALK)))
    note_signal(heard, through_ros(message_of(SignalDark(START_S + 0.5, "signal-2"))))
    assert set(heard) == {"signal-1"}
    note_signal(heard, through_ros(message_of(SignalDark(START_S + 0.5, "signal-1"))))
    assert heard == {}


def test_the_board_publishes_the_newest_once() -> None:
    published: list[SignalMessage] = []
    board = SignalBoard(published.append, GnssClock())
    board.step(START_S)
    later = SignalState(START_S + 1, "signal-1", SignalLight.DONT_WALK)
    board.show((WALK, SignalDark(START_S, "signal-2")))
    board.show((later,))
    board.step(START_S)
    board.step(START_S)
    assert [(m.signal_id, m.light) for m in published] == [
        ("signal-1", "dont_walk"),
        ("signal-2", ""),
    ]


def reference(stamp_s: float, ahead_s: float) -> TimeReference:
    """What the receiver tells a clock that is so far ahead."""
    return TimeReference(header=header_of(stamp_s), time_ref=stamp_of(stamp_s - ahead_s))


def tell(gnss: GnssClock, ahead_s: float, from_s: float) -> float:
    """A second of fixes; gives its end."""
    for number in range(5):
        gnss.hear(reference(from_s + number / 5, ahead_s), from_s + number / 5)
    return from_s + 1.0


@pytest.mark.parametrize("ahead_s", [1.4, -1.4])
def test_by_a_clock_that_is_off_no_light_is_told_until_it_is_right(ahead_s: float) -> None:
    published: list[SignalMessage] = []
    gnss = GnssClock()
    board = SignalBoard(published.append, gnss)

    def lights(now_s: float) -> list[str]:
        published.clear()
        board.show((SignalState(now_s, "signal-1", SignalLight.WALK, 12.5),))
        board.step(now_s)
        return [message.light for message in published]

    assert lights(START_S) == ["walk"]  # no receiver tells the time
    now_s = tell(gnss, 0.3, START_S)
    assert lights(now_s) == ["walk"]
    now_s = tell(gnss, ahead_s, now_s)
    assert lights(now_s) == [""]
    assert lights(now_s + 60.0) == [""]  # the receiver is lost; the clock is off as before
    now_s = tell(gnss, -0.1, now_s + 61.0)
    assert lights(now_s) == ["walk"]


def test_one_fix_that_was_held_up_is_no_clock_that_is_off() -> None:
    gnss = GnssClock()
    assert gnss.offset_s(START_S) is None
    now_s = tell(gnss, 0.02, START_S)
    gnss.hear(reference(now_s, 3.0), now_s)
    assert gnss.offset_s(now_s) == pytest.approx(0.02, abs=1e-6)
    assert gnss.offset_s(now_s + 11.0) is None
    assert gnss.offset_s(now_s - 1.0) is None  # the clock was set back: it has to be told anew


def test_the_node_hears_what_the_receiver_tells(client_node: Callable[..., Any]) -> None:
    node = client_node()
    (hears,) = [one for one in node.subscriptions if one.topic_name == "/gnss/time"]
    for number in range(5):
        hears.callback(reference(node.now_s() + number / 5, 1.4))
    told: list[SignalMessage] = []
    node._signals._publish = told.append
    node._signals.show((WALK,))
    node._signals.step(node.now_s())
    assert [message.light for message in told] == [""]


def payload(at_s: float, light: str | None, left_s: float | None = None) -> bytes:
    item = SignalItem(signal_id="signal-1", observed_at=iso_utc(at_s), light=light)
    item.walk_left = left_s
    return encode(
        Signals(
            header_id=1, timestamp=iso_utc(at_s), version="2.1.0", manufacturer="sunra",
            serial_number="goalie-01", signals=[item],
        )
    )  # fmt: skip


def test_a_message_of_the_link_reaches_navigations_light_and_its_end_too(
    client_node: Callable[..., Any],
) -> None:
    node, clock = client_node(), SimClock(START_S)
    assert TOPIC in {publisher.topic_name for publisher in node.publishers}
    address = VehicleAddress("gwanak", "sunra", "goalie-01")
    receiver = Receiver(
        address, MapRef("sillim"), node._client.handlers, lambda _ack: None, lambda: None,
        signals=SignalIntake(clock),
    )  # fmt: skip
    signals: dict[str, SignalState] = {}
    node._signals._publish = lambda message: note_signal(signals, through_ros(message))

    def receive(content: bytes) -> SignalState | None:
        asyncio.run(receiver.receive(address.topic("signals"), content))
        node._signals.step(clock.now_s())
        return signals.get("signal-1")

    watch = LightWatch()
    first = payload(START_S, "walk", 30.0)
    watch.see(receive(first))
    assert watch.is_enough(12.0, 1.3, False, clock.now_s())
    clock.advance(1.5)
    watch.see(receive(first))  # once more: it grows no younger
    assert watch.is_enough(27.4, 1.3, False, clock.now_s())
    assert not watch.is_enough(27.6, 1.3, False, clock.now_s())
    clock.advance(0.6)
    watch.see(receive(first))
    assert watch.known(clock.now_s()) is None, "the feed is lost"
    watch.see(receive(payload(clock.now_s(), "walk", 20.0)))
    assert watch.known(clock.now_s()) is SignalLight.WALK
    clock.advance(0.5)
    watch.see(receive(payload(clock.now_s(), None)))
    assert watch.known(clock.now_s()) is None, "the city does not know it any more"


def test_in_simulation_the_simulators_lights_stand_alone(
    client_node: Callable[..., Any],
) -> None:
    node = client_node(use_sim_time="true")
    assert node._client.handlers.on_signals is None
    assert TOPIC not in {publisher.topic_name for publisher in node.publishers}


def test_the_table_names_who_publishes_on_the_road() -> None:
    row = TOPICS[TOPIC]
    assert (row.publisher, row.road_publisher) == ("simulator", "fleet_client")
