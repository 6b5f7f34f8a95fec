"""Actions of edges: light, siren and words for as long as the vehicle drives on an edge."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest

from navigation.acting.on_edges import LEFT_UNDONE
from navigation.types import AsLeft, Mode
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from patrol.map import Zone, ZoneKind
from patrol.vda5050.messages import Action
from patrol.vda5050.node_actions import EDGE_ACTIONS, node_action

WHOLE_STREET = ((-10.0, -10.0), (200.0, -10.0), (200.0, 10.0), (-10.0, 10.0))


@pytest.fixture
def patrol(kit: SimpleNamespace) -> Any:
    return kit.Patrol(kit.street_map(), Pose2(0.0, 0.0, 0.0))


def send(kit: SimpleNamespace, patrol: Any, on_edges: Any, at: Any = None, **order: Any) -> None:
    order = {"node_ids": [1, 2, 3, 4]} | order
    made = kit.make_order(patrol.map, actions=at, on_edges=on_edges, **order)
    patrol.stack.accept_order(made, patrol.now_s)


def on(action_id: str = "on", kind: str = "startBeacon") -> Action:
    return node_action(kind, action_id)


def say(action_id: str = "say", message: str = "순찰 중입니다") -> Action:
    return node_action("announce", action_id, {"message": message})


def status(patrol: Any, action_id: str) -> str:
    (state,) = (a for a in patrol.state.action_states if a.action_id == action_id)
    return state.action_status


def result(patrol: Any, action_id: str) -> str | None:
    (state,) = (a for a in patrol.state.action_states if a.action_id == action_id)
    return state.result_description


def to_node(patrol: Any, node_id: int) -> None:
    wanted = str(node_id)
    assert patrol.run(200.0, lambda state: state.last_node_id == wanted), patrol.state
    patrol.run(0.5)


def test_the_light_shines_on_its_edge_alone_and_the_vehicle_does_not_stop(
    kit: SimpleNamespace, patrol: Any
) -> None:
    send(kit, patrol, {1: [on()]})
    to_node(patrol, 1)
    assert (status(patrol, "on"), patrol.attention.beacon) == ("WAITING", False)
    to_node(patrol, 2)
    assert (status(patrol, "on"), patrol.attention.beacon) == ("RUNNING", True)
    speeds = []
    while patrol.state.last_node_id == "2":
        patrol.step()
        speeds.append(patrol.vehicle.speed_mps)
        assert patrol.attention.beacon or patrol.state.last_node_id == "3"
    assert min(speeds[20:-20]) > 0.5
    assert (status(patrol, "on"), patrol.attention.beacon) == ("FINISHED", False)
    patrol.run_to(Mode.FINISHED)


def test_of_the_last_edge_it_is_over_with_the_order(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, {2: [on()]})
    patrol.run_to(Mode.FINISHED)
    assert (status(patrol, "on"), patrol.attention.beacon) == ("FINISHED", False)


def test_light_and_siren_end_with_an_order_that_has_nothing_to_do_at_its_end(
    kit: SimpleNamespace, patrol: Any
) -> None:
    send(kit, patrol, {}, {0: [on()], 2: [on("siren", "startSiren")]})
    to_node(patrol, 3)
    assert (patrol.attention.beacon, patrol.attention.siren) == (True, True)
    patrol.run_to(Mode.FINISHED)
    patrol.run(0.5)
    assert (patrol.attention.beacon, patrol.attention.siren) == (False, False)


def test_what_was_before_is_again(kit: SimpleNamespace, patrol: Any) -> None:
    at = {0: [node_action("startBeacon", "always")]}
    send(kit, patrol, {1: [node_action("stopBeacon", "dark")]}, at)
    to_node(patrol, 1)
    assert patrol.attention.beacon
    to_node(patrol, 2)
    assert not patrol.attention.beacon
    assert status(patrol, "dark") == "RUNNING"
    to_node(patrol, 3)
    assert patrol.attention.beacon
    assert (status(patrol, "always"), status(patrol, "dark")) == ("FINISHED", "FINISHED")
    patrol.run_to(Mode.FINISHED)
    assert not patrol.attention.beacon


def test_a_node_s_word_is_done_before_its_edge_s(kit: SimpleNamespace, patrol: Any) -> None:
    at = {1: [on("node"), say("long", "가" * 200)]}
    send(kit, patrol, {1: [node_action("stopBeacon", "dark")]}, at)
    to_node(patrol, 2)
    assert (status(patrol, "node"), status(patrol, "dark")) == ("FINISHED", "RUNNING")
    assert status(patrol, "long") == "RUNNING", "words of a node delay nothing"
    assert not patrol.attention.beacon
    to_node(patrol, 3)
    assert patrol.attention.beacon


def test_from_edge_to_edge_the_light_goes_on_without_a_gap(
    kit: SimpleNamespace, patrol: Any
) -> None:
    send(kit, patrol, {0: [on("first")], 1: [on("second"), node_action("stopBeacon", "no")]})
    to_node(patrol, 1)
    assert patrol.attention.beacon
    while patrol.state.last_node_id == "1":
        patrol.step()
        assert patrol.attention.beacon or patrol.state.last_node_id == "2"
    patrol.run(0.5)
    assert not patrol.attention.beacon, "the last word of the edge counts"
    to_node(patrol, 3)
    assert not patrol.attention.beacon, "and before both edges it was dark"
    send_two = {0: [on("first")], 1: [on("second")]}
    other = kit.Patrol(kit.street_map(), Pose2(0.0, 0.0, 0.0))
    send(kit, other, send_two)
    to_node(other, 1)
    while other.state.last_node_id in ("1", "2"):
        other.step()
        assert other.attention.beacon or other.state.last_node_id == "3"


def test_an_operator_s_word_stays_when_the_edge_is_left(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, {1: [on()]})
    to_node(patrol, 2)
    patrol.stack.instant_action(node_action("startBeacon", "by-operator"), patrol.now_s)
    to_node(patrol, 3)
    assert patrol.attention.beacon
    patrol.stack.instant_action(node_action("stopBeacon", "off-again"), patrol.now_s)
    patrol.run(1.0)
    assert not patrol.attention.beacon


def test_words_are_said_on_the_edge_or_not_at_all(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, {0: [say()], 1: [say("late", "가" * 200)]})
    to_node(patrol, 1)
    assert patrol.attention.announcement is not None
    assert patrol.run(20.0, lambda _: status(patrol, "say") == "FINISHED")
    to_node(patrol, 2)
    assert status(patrol, "late") == "RUNNING"
    to_node(patrol, 3)
    assert patrol.attention.announcement is None
    assert (status(patrol, "late"), result(patrol, "late")) == ("FAILED", LEFT_UNDONE)


def test_a_siren_keeps_silent_in_a_quiet_zone(kit: SimpleNamespace) -> None:
    street = kit.street_map()
    quiet = dataclasses.replace(street, zones=(Zone("q", ZoneKind.QUIET, WHOLE_STREET),))
    patrol = kit.Patrol(quiet, Pose2(0.0, 0.0, 0.0))
    send(kit, patrol, {1: [on("siren", "startSiren")]})
    to_node(patrol, 2)
    assert not patrol.attention.siren
    assert (status(patrol, "siren"), result(patrol, "siren")) == (
        "FAILED",
        "zone q asks for silence",
    )


def test_a_base_that_does_not_answer_fails_it_and_the_vehicle_drives_on(
    kit: SimpleNamespace, patrol: Any
) -> None:
    patrol.is_mute = True
    send(kit, patrol, {0: [on()]})
    patrol.run_to(Mode.FINISHED)
    assert (status(patrol, "on"), result(patrol, "on")) == ("FAILED", "the base does not answer")
    assert not patrol.attention.beacon


def test_a_cancelled_order_ends_it(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, {1: [on()]})
    to_node(patrol, 2)
    patrol.stack.instant_action(Action("cancelOrder", "cancel", "HARD"), patrol.now_s)
    assert patrol.run(20.0, lambda state: status(patrol, "on") == "FAILED")
    patrol.run(0.5)
    assert not patrol.attention.beacon


def test_it_lasts_while_the_vehicle_is_held_on_the_edge(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, {1: [on()]})
    to_node(patrol, 2)
    patrol.perception = frozenset({FaultKind.CAMERA_BLIND})
    patrol.hold_wheels = True
    patrol.run(5.0)
    assert (status(patrol, "on"), patrol.attention.beacon) == ("RUNNING", True)


def test_not_before_the_node_where_the_edge_begins_is_done(
    kit: SimpleNamespace, patrol: Any
) -> None:
    stay = node_action("announce", "stay", {"message": "가" * 40}, "SOFT")
    send(kit, patrol, {1: [on()]}, {1: [stay]})
    to_node(patrol, 2)
    assert (status(patrol, "stay"), status(patrol, "on")) == ("RUNNING", "WAITING")
    assert patrol.run(20.0, lambda _: status(patrol, "stay") == "FINISHED")
    patrol.run(0.5)
    assert status(patrol, "on") == "RUNNING"


def test_an_edge_that_is_not_released_waits_and_an_update_may_take_it_back(
    kit: SimpleNamespace, patrol: Any
) -> None:
    send(kit, patrol, {2: [on("horizon")]}, released=3)
    to_node(patrol, 3)
    assert (status(patrol, "horizon"), patrol.attention.beacon) == ("WAITING", False)
    send(
        kit, patrol, {0: [on("instead")]},
        node_ids=[3, 4], first_sequence_id=4, update_id=1,
    )  # fmt: skip
    patrol.run(1.0)
    assert "horizon" not in {a.action_id for a in patrol.state.action_states}
    assert (status(patrol, "instead"), patrol.attention.beacon) == ("RUNNING", True)


def test_a_vehicle_that_is_started_anew_on_the_edge_begins_it_again(
    kit: SimpleNamespace, patrol: Any
) -> None:
    send(kit, patrol, {0: [on("done")], 1: [on()]})
    to_node(patrol, 2)
    left = AsLeft(actions=patrol.state.action_states)
    anew = kit.Patrol(kit.street_map(), patrol.vehicle.pose)
    order = kit.make_order(
        patrol.map, [1, 2, 3, 4], on_edges={0: [on("done")], 1: [on()]}
    )  # fmt: skip
    anew.stack.accept_order(order, anew.now_s, patrol.state.last_node_sequence_id, left)
    anew.run(0.5)
    assert status(anew, "done") == "FINISHED"
    to_node(anew, 3)
    assert (status(anew, "on"), anew.attention.beacon) == ("FINISHED", False)


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (node_action("dwell", "a"), "'dwell' cannot be done on an edge, only announce"),
        (node_action("capture", "a"), "'capture' cannot be done on an edge"),
        (node_action("startBeacon", "a", None, "SOFT"), "a has blockingType SOFT, on an edge it"),
        (node_action("sing", "a"), "unknown action 'sing'"),
        (node_action("announce", "a"), "message: '' is no text to be said"),
        (node_action("startBeacon", "twice"), "'twice' stands twice"),
    ],
)
def test_refuses_what_cannot_be_done_on_an_edge(
    kit: SimpleNamespace, patrol: Any, action: Action, says: str
) -> None:
    with pytest.raises(OrderError, match=says):
        send(kit, patrol, {1: [action]}, {0: [node_action("startBeacon", "twice")]})
    assert patrol.state.order_id == ""


def test_those_of_edges_are_what_shows_and_sounds() -> None:
    assert set(EDGE_ACTIONS) == {
        "announce", "startBeacon", "stopBeacon", "startSiren", "stopSiren",
    }  # fmt: skip
