"""A radio with a broker beside it: what passes, and what the scenario's link holds back."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from fleet_client.credentials import Credentials
from simulation.scenarios import broker_radio
from simulation.scenarios.broker_radio import BrokerRadio
from simulation.vehicle.radio import Packet

WHO = Credentials("127.0.0.1", 1, "u", "p", "scenario", "sunra", "goalie-01")


class Line:
    """Stands for the broker's line: remembers what is sent, gives what is put."""

    def __init__(self, *arguments: Any) -> None:
        self.sent: list[Packet] = list(arguments[4])
        self.coming: list[Packet] = []
        self.connected, self.closed = True, False

    def send(self, packet: Packet) -> None:
        self.sent.append(packet)

    def received(self) -> list[Packet]:
        coming, self.coming = self.coming, []
        return coming

    def close(self) -> None:
        self.closed = True


@dataclasses.dataclass
class Said:
    payload: bytes


class Outbox:
    def connection(self, status: str) -> Said:
        return Said(status.encode())

    def factsheet(self) -> Said:
        return Said(b"facts")


@pytest.fixture
def radio(monkeypatch: pytest.MonkeyPatch) -> BrokerRadio:
    monkeypatch.setattr(broker_radio, "BrokerLine", Line)
    radio = BrokerRadio(3)
    radio.attach(WHO, Outbox())  # type: ignore[arg-type]
    return radio


def line_of(radio: BrokerRadio) -> Line:
    line = radio._line
    assert isinstance(line, Line)
    return line


def test_the_vehicle_says_that_it_is_online_and_what_it_is(radio: BrokerRadio) -> None:
    assert radio.attached
    assert [p.payload for p in line_of(radio).sent] == [b"ONLINE", b"facts"]


def test_what_the_vehicle_says_goes_to_room_and_broker(radio: BrokerRadio) -> None:
    state = Packet("state", b"1")
    radio.from_vehicle(state, 0.0)
    assert line_of(radio).sent[-1] == state
    assert radio.to_room(1.0) == [state]


def test_the_vehicle_hears_room_and_broker(radio: BrokerRadio) -> None:
    order, ack = Packet("order", b"o"), Packet("ack", b"a")
    radio.from_room(order, 0.0)
    line_of(radio).coming.append(ack)
    assert radio.to_vehicle(1.0) == [order, ack]


def test_nothing_passes_while_the_scenarios_link_is_down(radio: BrokerRadio) -> None:
    line = line_of(radio)
    radio.weather.up = False
    radio.step(0.0)
    assert line.sent[-1].payload == b"CONNECTIONBROKEN"
    told = len(line.sent)
    radio.from_vehicle(Packet("state", b"1"), 0.1)
    line.coming.append(Packet("ack", b"a"))
    assert radio.to_vehicle(1.0) == []
    assert len(line.sent) == told
    radio.weather.up = True
    radio.step(2.0)
    assert line.sent[-1].payload == b"ONLINE"
    assert radio.to_vehicle(3.0) == [Packet("ack", b"a")]


def test_it_says_goodbye(radio: BrokerRadio) -> None:
    radio.close()
    assert line_of(radio).sent[-1].payload == b"OFFLINE"
    assert line_of(radio).closed


def test_without_a_broker_it_is_a_radio() -> None:
    radio = BrokerRadio()
    radio.from_vehicle(Packet("state", b"1"), 0.0)
    assert radio.to_room(1.0) == [Packet("state", b"1")]
    radio.close()
