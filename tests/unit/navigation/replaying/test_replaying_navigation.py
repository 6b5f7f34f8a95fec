"""A drive over a checkpoint, and the navigation stack run anew on what it read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from navigation.replaying.intake import Given
from navigation.replaying.navigation import _Player, missing, replay_navigation
from navigation.replaying.navigation_compare import CURVATURE_BOUND_1PM, SPEED_BOUND_MPS
from navigation.replaying.report import document, lines, replay_tape
from navigation.replaying.tape import KEPT_ORDER, Heard, Tape
from navigation.types import Mode
from patrol.errors import LogError
from patrol.geometry import Pose2
from patrol.vda5050.messages import Action, Order
from patrol.vda5050.node_actions import visit
from simulation.vehicle.orders import order_along
from simulation.vehicle.stage import Health
from tests.scenario.lone_vehicle import PROVING_GROUND, SPEC
from tests.unit.navigation.replaying.driven_tape import recorded

PAUSE, GO_ON = (Action(kind, kind, "NONE") for kind in ("startPause", "stopPause"))


@pytest.fixture(scope="module")
def order() -> Order:
    actions = {1: visit("cp-street", 2.0, "visit", (), "")}
    return order_along(PROVING_GROUND, [3, 4], 1.8e9, actions=actions)


@pytest.fixture(scope="module")
def tape(order: Order) -> Tape:
    """20 m to a checkpoint, with a pause on the way."""
    alone, recorder = recorded(Pose2(50.0, 0.0, 0.0))
    alone.run(2.0)
    alone.send(order)
    assert alone.run(20.0, lambda: alone.vehicle.simulator.truth.pose.x_m > 55.0)
    alone.ask(PAUSE)
    alone.run(4.0)
    alone.ask(GO_ON)
    assert alone.run(60.0, lambda: alone.vehicle.state.mode is Mode.FINISHED)
    alone.run(1.0)
    alone.close()
    return recorder.tape()


def without(tape: Tape, topic: str) -> Tape:
    return Tape(tape.path, tuple(item for item in tape.heard if item.topic != topic))


def test_the_same_stack_says_the_same_to_the_last_digit(tape: Tape) -> None:
    replay = replay_navigation(tape, SPEC, PROVING_GROUND)
    assert replay.differences == ()
    assert (replay.speed_mps, replay.curvature_1pm) == (0.0, 0.0)
    assert replay.steps > 400
    steps = list(_Player(SPEC, PROVING_GROUND).play(tape))
    assert all(step.recorded == step.replayed.command for step in steps), "each at its very time"
    assert {item.value.mode for item in tape.of("/navigation/state")} >= {
        "DRIVING", "PAUSED", "DWELLING", "FINISHED",
    }  # fmt: skip


def test_a_changed_vehicle_file_is_told_by_its_effect_and_when(tape: Tape) -> None:
    weaker = replace(SPEC, comfort_deceleration_mps2=0.5 * SPEC.comfort_deceleration_mps2)
    report = replay_tape(tape, weaker, PROVING_GROUND)
    assert report.navigation is not None
    speeds = [d for d in report.navigation.differences if d.what == "speed"]
    assert speeds
    paused_s = next(i.stamp_s for i in tape.of("/navigation/state") if i.value.mode == "PAUSED")
    assert speeds[0].from_s == pytest.approx(paused_s, abs=0.5), "it brakes more softly"
    assert speeds[0].size is not None
    assert speeds[0].size > SPEED_BOUND_MPS
    content = json.loads(json.dumps(document(report), allow_nan=False))
    assert content["same"] is False
    assert content["navigation"]["speed_mps"] > SPEED_BOUND_MPS
    assert any(line.startswith("first, in navigation: ") for line in lines(report))


def test_an_order_under_way_before_the_recording_is_resumed(tape: Tape, order: Order) -> None:
    accepted_s = next(item.stamp_s for item in tape.of("/navigation/intake"))
    late = [item for item in tape.heard if item.stamp_s > accepted_s + 3.0]
    assert missing(Tape(tape.path, tuple(late))) == [f"{KEPT_ORDER} (order patrol was under way)"]
    kept = [Heard(KEPT_ORDER, late[0].stamp_s, order), *late]
    replay = replay_navigation(Tape(tape.path, tuple(kept)), SPEC, PROVING_GROUND)
    assert replay.differences == ()
    assert replay.steps > 200
    assert replay.speed_mps < SPEED_BOUND_MPS
    assert replay.curvature_1pm < CURVATURE_BOUND_1PM


def test_an_order_whose_giving_is_not_on_record_is_named(tape: Tape) -> None:
    silent = without(tape, "/navigation/intake")
    assert missing(silent) == ["/navigation/intake (order patrol was given)"]


def test_an_order_that_todays_stack_refuses_is_a_difference(tape: Tape) -> None:
    def refused(item: Heard) -> Heard:
        if item.topic != "/navigation/intake" or not isinstance(item.value.item, Order):
            return item
        return replace(item, value=Given(replace_version(item.value.item)))

    found = replay_navigation(
        Tape(tape.path, tuple(map(refused, tape.heard))), SPEC, PROVING_GROUND
    ).differences
    (taken,) = [d for d in found if d.what == "order patrol"]
    assert taken.recorded == "taken"
    assert taken.replayed.startswith("refused: ")


def replace_version(order: Order) -> Order:
    """The order, planned on another map."""
    return Order(**{name: getattr(order, name) for name in order.__struct_fields__}
                 | {"zone_set_id": "f" * 64})  # fmt: skip


@pytest.mark.parametrize("topic", ["/scan", "/fleet_client/state", "/navigation/state"])
def test_a_topic_that_is_not_on_record_is_named(tape: Tape, topic: str) -> None:
    bare = without(tape, topic)
    with pytest.raises(LogError, match=rf"navigation: not replayed: not on record: {topic}"):
        replay_tape(bare, SPEC, PROVING_GROUND)


def test_a_navigation_that_was_started_anew_is_followed(order: Order) -> None:
    alone, recorder = recorded(Pose2(50.0, 0.0, 0.0))
    alone.run(2.0)
    alone.send(order)
    assert alone.run(20.0, lambda: alone.vehicle.simulator.truth.pose.x_m > 54.0)
    alone.vehicle.navigation.fail(Health.KILLED)
    alone.run(1.0)
    alone.vehicle.navigation.recover(alone.vehicle.now_s)
    assert alone.run(60.0, lambda: alone.vehicle.state.mode is Mode.FINISHED)
    alone.close()
    replay = replay_navigation(recorder.tape(), SPEC, PROVING_GROUND)
    assert replay.differences == ()
    (note,) = replay.notes
    assert note.startswith("started anew at ")
