"""initPosition as the vehicle reads it: taken, or refused by name."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest

from fleet_client.options import LinkHandlers
from fleet_client.receiver import Receiver
from fleet_client.state_builder import MapRef
from patrol.errors import OrderError
from patrol.geometry import Pose2
from patrol.vda5050.init_position import (
    InitialPosition,
    init_position_action,
    read_init_position,
)
from patrol.vda5050.messages import Action, ActionParameter, InstantActions, decode, encode
from tests.unit.fleet_client.test_receiver import ADDRESS, HEADER

HERE = InitialPosition("sillim", Pose2(12.5, -3.25, -3.0))


class Vehicle:
    """Remembers where it was told to be; refuses to be east of 100 m."""

    def __init__(self, takes_places: bool = True) -> None:
        self.places: list[InitialPosition] = []
        self.others: list[str] = []
        handlers = LinkHandlers(
            lambda _order: None,
            lambda action: self.others.append(action.action_type),
            on_init_position=self._place if takes_places else None,
        )
        self.receiver = Receiver(
            ADDRESS, MapRef("sillim"), handlers, lambda _ack: None, lambda: None
        )

    async def _place(self, position: InitialPosition) -> None:
        if position.pose.x_m > 100.0:
            raise OrderError("initPosition: the vehicle drives at 0.80 m/s", "actionError")
        self.places.append(position)

    def told(self, action: Action) -> Any:
        message = InstantActions(actions=[action], **HEADER)
        asyncio.run(self.receiver.receive(ADDRESS.topic("instantActions"), encode(message)))
        states = self.receiver.action_states(set())
        return states[-1] if states else None


def changed(**values: Any) -> Action:
    given = init_position_action(HERE, "p1").parameters() | values
    return Action(
        action_type="initPosition",
        action_id="p1",
        blocking_type="HARD",
        action_parameters=[ActionParameter(key=k, value=v) for k, v in given.items()],
    )


def test_what_goes_out_is_what_comes_in() -> None:
    message = InstantActions(actions=[init_position_action(HERE, "p1")], **HEADER)
    (action,) = decode(encode(message), InstantActions).actions
    assert read_init_position(action, "sillim") == HERE


def test_a_place_is_taken_once_and_is_finished() -> None:
    vehicle = Vehicle()
    for _ in range(2):  # QoS 1 delivers at least once
        state = vehicle.told(init_position_action(HERE, "p1"))
    assert (state.action_id, state.action_status) == ("p1", "FINISHED")
    assert vehicle.places == [HERE]
    assert vehicle.receiver.refusals == []


def test_what_the_vehicle_refuses_has_failed_in_its_words() -> None:
    vehicle = Vehicle()
    state = vehicle.told(changed(x=200.0))
    assert state.action_status == "FAILED"
    assert state.result_description == "initPosition: the vehicle drives at 0.80 m/s"
    (refusal,) = vehicle.receiver.refusals
    assert refusal.error_type == "actionError"


def test_a_vehicle_that_takes_nobodys_word_gets_it_as_any_other_action() -> None:
    vehicle = Vehicle(takes_places=False)
    vehicle.told(init_position_action(HERE, "p1"))
    assert (vehicle.places, vehicle.others) == ([], ["initPosition"])


def test_the_standards_last_node_may_be_named() -> None:
    assert read_init_position(changed(lastNodeId="17"), "sillim") == HERE


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"x": "12"}, "x must be a finite number, not '12'"),
        ({"y": None}, "y must be a finite number, not None"),
        ({"theta": True}, "theta must be a finite number, not True"),
        ({"x": math.inf}, "x must be a finite number, not inf"),
        ({"y": 10**400}, "y must be a finite number"),
        ({"theta": 3.2}, r"theta must be in \[-pi, pi\], not 3.2"),
        ({"mapId": "harbour"}, "mapId 'harbour' is not the map in use, 'sillim'"),
        ({"mapId": None}, "mapId None is not the map in use"),
    ],
)
def test_what_is_no_place_is_named_and_the_vehicle_stays_where_it_is(
    values: dict[str, Any], said: str
) -> None:
    with pytest.raises(OrderError, match=said):
        read_init_position(changed(**values), "sillim")


def test_parameters_that_are_missing_are_named() -> None:
    bare = Action(action_type="initPosition", action_id="p1", blocking_type="HARD")
    vehicle = Vehicle()
    state = vehicle.told(bare)
    assert state.action_status == "FAILED"
    assert "x must be a finite number, not None" in state.result_description
    assert vehicle.places == []
