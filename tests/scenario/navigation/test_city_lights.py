"""A crosswalk by the city's feed: from its posts over server and client to navigation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from fleet_client.signals import SignalIntake
from fleet_server.api.signal_models import NewPhase
from fleet_server.fleet import Fleet
from fleet_server.maps import MapLibrary
from fleet_server.signals.delivery import SignalDelivery
from fleet_server.signals.feed import SignalFeed
from navigation.types import Mode
from patrol.clock import SimClock
from patrol.faults import FaultKind
from patrol.signals import MovementPhase, SignalState
from patrol.vda5050.messages import BatteryState, MapInfo, SafetyState, State
from patrol.vda5050.topic_names import VehicleAddress
from tests.scenario.navigation.crosser import ROAD, Crosser, crosswalk_map

WALK, RED = MovementPhase.PROTECTED_MOVEMENT_ALLOWED, MovementPhase.STOP_AND_REMAIN
ADDRESS = VehicleAddress("gwanak", "sunra", "goalie-01")


@dataclass
class City:
    """Posts once a second what its light shows; None while its feed is down."""

    phase: MovementPhase | None = RED
    left_s: float | None = None
    latency_s: float = 0.0  # between what is seen and what is posted
    signal_id: str = "light"


class Street:
    """The crosser, told its light by a fleet server that the city tells."""

    def __init__(self, kit: SimpleNamespace) -> None:
        patrol_map = replace(crosswalk_map(kit), content_hash="0" * 64)
        self.crosser = Crosser(kit, patrol_map=patrol_map)
        self.clock = SimClock(self.crosser.patrol.now_s)
        maps = MapLibrary([patrol_map])
        fleet = Fleet(maps, 1e9, self.clock.now_s)
        record = fleet.add(ADDRESS)
        record.connection = "ONLINE"
        record.state = state_on(patrol_map.map_id, patrol_map.content_hash)
        self.feed = SignalFeed(maps, fleet, self.clock)
        self.city = City()
        self._delivery = SignalDelivery(self.feed, fleet, self.clock, self._arrive)
        self._intake = SignalIntake(self.clock)
        self.copies: list[bytes] = []
        self._seen: list[NewPhase] = []
        self.repeats = False  # the link brings the last message once more, every second

    def run(self, seconds: float, *, until_road: bool = False) -> None:
        """Second by second, with a post in each."""
        for _ in range(round(seconds)):
            self._post()
            self.crosser.run(1.0, until_road=until_road)
            now_s = self.crosser.patrol.now_s
            self.clock.advance(now_s - self.clock.now_s())
            if until_road and self.crosser.on_road:
                return

    def _post(self) -> None:
        city, now_s = self.city, self.clock.now_s()
        if city.phase is not None:
            self._seen.append(
                NewPhase(
                    signal_id=city.signal_id, observed_at=now_s, phase=city.phase,
                    time_left_s=city.left_s,
                )
            )  # fmt: skip
            if city.left_s is not None:
                city.left_s = max(0.0, city.left_s - 1.0)
        due = [phase for phase in self._seen if phase.observed_at <= now_s - city.latency_s]
        self._seen = [phase for phase in self._seen if phase not in due]
        if due:
            self.feed.take(due, "city")
        self._delivery.step()
        if self.repeats:
            self._arrive("", self.copies[-1], 0)

    def _arrive(self, _topic: str, payload: bytes, _qos: int) -> bool:
        self.copies.append(payload)
        for news in self._intake.take(payload, ADDRESS).news:
            signals = dict(self.crosser.patrol.signals)
            signals.pop(news.signal_id, None)
            if isinstance(news, SignalState):
                signals[news.signal_id] = news
            self.crosser.patrol.signals = signals
        return True


def state_on(map_id: str, version: str) -> State:
    return State(
        header_id=1, timestamp="2027-01-15T08:00:00.000Z", version="2.1.0", manufacturer="sunra",
        serial_number="goalie-01", order_id="", order_update_id=0, last_node_id="0",
        last_node_sequence_id=0, driving=False, operating_mode="AUTOMATIC", node_states=[],
        edge_states=[], action_states=[], errors=[],
        battery_state=BatteryState(battery_charge=80.0, charging=False),
        safety_state=SafetyState(e_stop="NONE", field_violation=False),
        maps=[MapInfo(map_id=map_id, map_version=version, map_status="ENABLED")],
    )  # fmt: skip


@pytest.fixture
def street(kit: SimpleNamespace) -> Street:
    return Street(kit)


def stands_and_asks(street: Street) -> bool:
    """Before the road, because nobody tells it the light, and the operator hears that."""
    state = street.crosser.state
    waits = state.mode is Mode.WAITING and state.waiting_for == "the light of the crosswalk"
    before = street.crosser.front_y_m < ROAD[0] - 0.25
    return waits and before and FaultKind.SIGNAL_UNKNOWN in state.faults


@pytest.mark.parametrize("left_s", [30.0, None])
def test_it_goes_over_when_the_city_says_walk(street: Street, left_s: float | None) -> None:
    street.run(14.0)
    assert street.crosser.state.mode is Mode.WAITING
    assert FaultKind.SIGNAL_UNKNOWN not in street.crosser.state.faults, "red is told"
    street.city.phase, street.city.left_s = WALK, left_s
    street.run(30.0)
    assert street.crosser.state.mode is Mode.FINISHED
    assert not street.crosser.stood_on_road


def test_a_feed_that_is_lost_leaves_it_standing_at_the_line(street: Street) -> None:
    street.run(8.0)
    street.city.phase = None
    street.run(20.0)
    assert stands_and_asks(street)
    street.crosser.act("confirmCrossing", crosswalkId="cw")
    street.run(30.0)
    assert street.crosser.state.mode is Mode.FINISHED


def test_a_feed_that_is_lost_on_the_road_lets_it_leave_the_road(street: Street) -> None:
    street.run(14.0)
    street.city.phase, street.city.left_s = WALK, 30.0
    street.run(30.0, until_road=True)
    assert street.crosser.on_road
    street.city.phase = None
    street.run(30.0)
    assert street.crosser.state.mode is Mode.FINISHED
    assert not street.crosser.stood_on_road


@pytest.mark.parametrize("phase", [MovementPhase.DARK, MovementPhase.PERMISSIVE_MOVEMENT_ALLOWED])
def test_a_light_that_goes_dark_is_asked_for(street: Street, phase: MovementPhase) -> None:
    street.city.phase = phase
    street.run(30.0)
    assert stands_and_asks(street)


def test_a_feed_that_is_later_than_a_light_counts_is_none(street: Street) -> None:
    street.city.phase, street.city.left_s, street.city.latency_s = WALK, 600.0, 3.0
    street.run(30.0)
    assert stands_and_asks(street)


def test_a_feed_of_another_signal_is_none(street: Street) -> None:
    street.city.phase, street.city.left_s, street.city.signal_id = WALK, 600.0, "other"
    street.run(30.0)
    assert stands_and_asks(street)


def test_a_link_that_repeats_the_last_walk_for_ever_prolongs_nothing(street: Street) -> None:
    street.city.phase, street.city.left_s = WALK, 600.0
    street.run(6.0)
    street.city.phase, street.repeats = None, True
    street.run(30.0)
    assert stands_and_asks(street)
    assert len(street.copies) > 30
