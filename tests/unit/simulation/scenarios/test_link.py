"""The in-memory link: lost, slow, doubled or shuffled, every state arrives and counts once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.types import StackInputs
from patrol.geometry import Pose2
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from simulation.scenarios.control_room import ControlRoom
from simulation.vehicle.bus import Bus
from simulation.vehicle.client_stage import ClientStage
from simulation.vehicle.driving_stages import LocalizationStage, NavigationStage
from simulation.vehicle.orders import ADDRESS
from simulation.vehicle.radio import Packet, Radio, RadioWeather
from simulation.vehicle.stage import Health

ROOT = Path(__file__).parents[4]
GROUND = load_map(ROOT / "maps" / "proving_ground.geojson")
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")


class Link:
    """A client that only reports, a radio and a control room."""

    def __init__(self, seed: int = 0) -> None:
        bus = Bus()
        self.navigation = NavigationStage(bus, GOALIE, GROUND)
        self.radio = Radio(seed)
        localization = LocalizationStage(bus, GOALIE, GROUND, Pose2(0.0, 0.0, 0.0))
        self.client = ClientStage(
            bus, GOALIE, GROUND, localization, self.navigation, self.radio, ADDRESS
        )
        self.room = ControlRoom(GROUND, GOALIE, self.radio, ADDRESS)
        self.now_s = 1000.0
        self.bus = bus

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.now_s += 0.1
            if self.client.hears:
                self.client.cycle(self.now_s)
            self.radio.step(self.now_s)
            self.room.step(self.now_s)


weathers = st.builds(
    RadioWeather,
    up=st.booleans(),
    delay_s=st.floats(0.0, 3.0),
    duplicate_share=st.floats(0.0, 1.0),
    shuffle_s=st.floats(0.0, 3.0),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(weathers, max_size=3), st.integers(0, 9))
def test_every_state_arrives_whatever_the_link_suffers(
    weather: list[RadioWeather], seed: int
) -> None:
    link = Link(seed)
    for now in weather:
        link.radio.weather = now
        link.run(12.0)
    link.radio.weather = RadioWeather()
    link.run(40.0)
    assert link.room.figures.states > 20
    assert link.room.figures.missing <= 2


def test_a_lost_link_is_noticed_and_a_mended_one_too() -> None:
    link = Link()
    link.run(2.0)
    assert link.client.connected
    link.radio.weather.up = False
    link.run(3.0)
    assert not link.client.connected
    assert link.bus.link_up.value is False
    link.radio.weather.up = True
    link.run(1.0)
    assert link.client.connected


def test_what_the_room_sends_waits_at_the_broker() -> None:
    radio = Radio()
    radio.weather.up = False
    radio.step(0.0)
    radio.from_room(Packet("order", b"1"), 0.0)
    assert radio.to_vehicle(5.0) == []
    radio.weather.up = True
    radio.step(6.0)
    assert radio.to_vehicle(7.0) == [Packet("order", b"1")]


def test_messages_overtake_each_other_when_they_are_shuffled() -> None:
    radio = Radio(3, RadioWeather(shuffle_s=2.0))
    sent = [Packet("state", bytes([i])) for i in range(20)]
    for packet in sent:
        radio.from_vehicle(packet, 0.0)
    arrived = radio.to_room(5.0)
    assert arrived != sent
    assert sorted(arrived, key=lambda p: p.payload) == sent


def test_a_doubled_command_is_taken_once() -> None:
    link = Link()
    link.run(1.0)
    link.radio.weather.duplicate_share = 1.0
    link.room.act("startPause", link.now_s)
    link.run(2.0)
    outputs = link.navigation.stack.step(StackInputs(None), link.now_s)
    assert [a.action_type for a in outputs.state.action_states] == ["startPause"]


def test_a_silent_server_loses_nothing() -> None:
    link = Link()
    link.room.alive = False
    link.run(20.0)
    assert link.room.figures.states == 0
    link.room.alive = True
    link.run(60.0)
    assert link.room.figures.missing <= 2


@pytest.mark.parametrize("health", [Health.KILLED, Health.HUNG])
def test_a_restarted_client_still_has_its_spool(health: Health) -> None:
    link = Link()
    link.radio.weather.up = False
    link.run(10.0)
    link.client.fail(health)
    link.run(2.0)
    link.radio.weather.up = True
    link.client.recover(link.now_s)
    link.run(20.0)
    assert link.room.figures.missing <= 2
    assert link.room.figures.states >= 10
