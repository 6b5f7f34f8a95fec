"""Actions that show, say and look, and which of them let the vehicle drive on."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from navigation.acting.book import ActionBook
from navigation.order_rules import check_order
from navigation.types import AttentionOrder, CaptureReport, Mode
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from patrol.map import Zone, ZoneKind
from patrol.vda5050.messages import Action
from patrol.vda5050.node_actions import blocking_of, node_action

BOX = ((20.0, -10.0), (60.0, -10.0), (60.0, 10.0), (20.0, 10.0))
NIGHT_S = datetime(2026, 9, 1, 23, 0, tzinfo=ZoneInfo("Asia/Seoul")).timestamp()
NOON_S = datetime(2026, 9, 1, 12, 0, tzinfo=ZoneInfo("Asia/Seoul")).timestamp()


@pytest.fixture
def patrol(kit: SimpleNamespace) -> Any:
    return kit.Patrol(kit.street_map(), Pose2(0.0, 0.0, 0.0))


def send(kit: SimpleNamespace, patrol: Any, at: dict[int, list[Action]]) -> None:
    patrol.stack.accept_order(kit.make_order(patrol.map, [1, 2, 3, 4], actions=at), patrol.now_s)


def statuses(patrol: Any) -> dict[str, str]:
    return {a.action_id: a.action_status for a in patrol.state.action_states}


def results(patrol: Any) -> dict[str, str | None]:
    return {a.action_id: a.result_description for a in patrol.state.action_states}


def announce(action_id: str, blocking: Any = "NONE") -> Action:
    return node_action("announce", action_id, {"message": "순찰 중입니다"}, blocking)


def test_shows_and_says_on_the_way_without_stopping(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, {1: [node_action("startBeacon", "on"), announce("say")],
                       2: [node_action("stopBeacon", "off")]})  # fmt: skip
    speeds: list[float] = []
    seen: set[bool] = set()
    while patrol.distance_to(3) > 5.0:
        patrol.step()
        seen.add(patrol.attention.beacon)
        if patrol.distance_to(2) < 3.0:
            speeds.append(patrol.vehicle.speed_mps)
    assert min(speeds) > 1.0
    assert seen == {True, False}
    patrol.run_to(Mode.FINISHED)
    assert set(statuses(patrol).values()) == {"FINISHED"}
    assert patrol.base.spoken == ["순찰 중입니다"]
    assert patrol.attention == AttentionOrder()


@pytest.mark.parametrize("blocking", ["SOFT", "HARD"])
def test_stands_until_it_was_said_where_the_order_asks_so(
    kit: SimpleNamespace, patrol: Any, blocking: str
) -> None:
    send(kit, patrol, {1: [announce("say", blocking)]})
    patrol.run_to(Mode.DWELLING)
    patrol.run_to(Mode.DRIVING)
    assert statuses(patrol)["say"] == "FINISHED"
    assert patrol.distance_to(2) < 0.15


def test_soft_actions_run_together_hard_ones_alone(kit: SimpleNamespace, patrol: Any) -> None:
    stay = {"dwell_s": 4.0}
    send(kit, patrol, {1: [node_action("dwell", "a", stay, "SOFT"),
                           node_action("dwell", "b", stay, "SOFT"),
                           node_action("dwell", "c", stay, "HARD"),
                           node_action("dwell", "d", stay, "SOFT")]})  # fmt: skip
    patrol.run_to(Mode.DWELLING)
    began_s = patrol.now_s
    patrol.run(1.0)
    assert statuses(patrol) == {"a": "RUNNING", "b": "RUNNING", "c": "WAITING", "d": "WAITING"}
    patrol.run(4.0)
    assert statuses(patrol) == {"a": "FINISHED", "b": "FINISHED", "c": "RUNNING", "d": "WAITING"}
    patrol.run_to(Mode.DRIVING)
    assert patrol.now_s - began_s == pytest.approx(12.0, abs=0.5)


def test_an_order_is_over_when_its_last_words_are_said(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, {3: [announce("say")]})
    patrol.run(300.0, lambda state: statuses(patrol)["say"] == "RUNNING")
    assert patrol.state.mode is Mode.DWELLING
    patrol.run_to(Mode.FINISHED)
    assert patrol.base.spoken == ["순찰 중입니다"]


def test_a_base_without_a_voice_costs_seconds_not_the_patrol(
    kit: SimpleNamespace, patrol: Any
) -> None:
    patrol.is_mute = True
    send(kit, patrol, {1: [announce("say", "HARD"), node_action("startSiren", "on")]})
    patrol.run_to(Mode.DWELLING)
    began_s = patrol.now_s
    patrol.run_to(Mode.DRIVING)
    assert patrol.now_s - began_s < 6.0
    patrol.run_to(Mode.FINISHED)
    assert results(patrol) == dict.fromkeys(("say", "on"), "the base does not answer")


def test_looks_around_only_while_perception_sees(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, {1: [node_action("lookAround", "look", {"duration_s": 5.0})]})
    patrol.run_to(Mode.DWELLING)
    began_s = patrol.now_s
    patrol.run(2.0)
    patrol.perception = frozenset({FaultKind.CAMERA_BLIND})
    patrol.run(10.0)
    assert statuses(patrol)["look"] == "RUNNING"
    patrol.perception = frozenset()
    patrol.run_to(Mode.DRIVING)
    assert patrol.now_s - began_s == pytest.approx(15.0, abs=0.5)


def test_a_look_that_never_sees_fails_and_the_patrol_goes_on(
    kit: SimpleNamespace, patrol: Any
) -> None:
    send(kit, patrol, {1: [node_action("lookAround", "look")]})
    patrol.run_to(Mode.DWELLING)
    patrol.perception = frozenset({FaultKind.CAMERA_STALE})
    patrol.run(21.0)
    assert statuses(patrol)["look"] == "FAILED"
    assert "has not seen" in (results(patrol)["look"] or "")


def test_a_picture_is_asked_for_until_perception_answers(
    kit: SimpleNamespace, patrol: Any
) -> None:
    send(kit, patrol, {1: [node_action("capture", "a"), node_action("capture", "b")]})
    patrol.run_to(Mode.DWELLING)
    patrol.run(1.0)
    assert (patrol.capture_id, statuses(patrol)) == ("a", {"a": "RUNNING", "b": "WAITING"})
    patrol.captured = CaptureReport("a")
    patrol.run(1.0)
    assert (patrol.capture_id, statuses(patrol)) == ("b", {"a": "FINISHED", "b": "RUNNING"})
    patrol.captured = CaptureReport("b", "nothing may be recorded here")
    patrol.run_to(Mode.DRIVING)
    assert patrol.capture_id == ""
    assert results(patrol)["b"] == "nothing may be recorded here"


def test_a_picture_that_nobody_takes_costs_seconds_not_the_patrol(
    kit: SimpleNamespace, patrol: Any
) -> None:
    send(kit, patrol, {1: [node_action("capture", "a")]})
    patrol.run_to(Mode.DWELLING)
    began_s = patrol.now_s
    patrol.run_to(Mode.DRIVING)
    assert patrol.now_s - began_s == pytest.approx(5.0, abs=0.3)
    assert results(patrol)["a"] == "perception does not answer"


def quiet(kit: SimpleNamespace, windows: str) -> Any:
    zone = Zone("hush", ZoneKind.QUIET, BOX, windows=windows)
    patrol_map = dataclasses.replace(kit.street_map(), zones=(zone,), time_zone="Asia/Seoul")
    return kit.Patrol(patrol_map, Pose2(0.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("now_s", "spoken"), [(NIGHT_S, []), (NOON_S, ["순찰 중입니다"]), (1000.0, [])]
)
def test_a_plan_is_silent_in_a_quiet_zone_at_its_hours(
    kit: SimpleNamespace, now_s: float, spoken: list[str]
) -> None:
    """A clock that nobody has set (1000 s after 1970) takes the zone to hold."""
    patrol = quiet(kit, "22:00-06:00")
    patrol.now_s = now_s
    patrol.step()
    send(kit, patrol, {2: [announce("say", "HARD"), node_action("startSiren", "on")]})
    patrol.run_to(Mode.FINISHED)
    assert patrol.base.spoken == spoken
    if not spoken:
        assert results(patrol) == dict.fromkeys(("say", "on"), "zone hush asks for silence")


def test_a_siren_of_the_plan_ends_at_the_border_of_a_quiet_zone(kit: SimpleNamespace) -> None:
    patrol = quiet(kit, "")
    send(kit, patrol, {1: [node_action("startSiren", "on")]})
    patrol.run(300.0, lambda _: patrol.vehicle.pose.x_m > 15.0)
    assert patrol.attention.siren
    patrol.run(300.0, lambda _: patrol.vehicle.pose.x_m > 20.2)
    assert not patrol.attention.siren


def test_an_operator_may_speak_anywhere(kit: SimpleNamespace) -> None:
    patrol = quiet(kit, "")
    patrol.vehicle.pose = Pose2(30.0, 0.0, 0.0)
    patrol.step()
    patrol.stack.instant_action(announce("say"), patrol.now_s)
    patrol.stack.instant_action(node_action("startSiren", "on"), patrol.now_s)
    patrol.run(5.0)
    assert statuses(patrol) == {"say": "FINISHED", "on": "FINISHED"}
    assert patrol.attention.siren
    with pytest.raises(OrderError, match="is no text to be said"):
        patrol.stack.instant_action(node_action("announce", "b", {"message": ""}), patrol.now_s)


def test_a_cancelled_order_falls_silent(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, {1: [node_action("startBeacon", "b"), node_action("startSiren", "s")]})
    patrol.run(300.0, lambda _: patrol.attention.siren)
    patrol.stack.instant_action(node_action("cancelOrder", "c"), patrol.now_s)
    patrol.run(5.0)
    assert patrol.attention == AttentionOrder()


def test_a_restarted_vehicle_shows_its_light_and_keeps_its_siren_silent(
    kit: SimpleNamespace, patrol: Any
) -> None:
    send(kit, patrol, {1: [node_action("startBeacon", "b"), node_action("startSiren", "s")]})
    patrol.run(300.0, lambda _: patrol.vehicle.pose.x_m > 42.0)
    assert patrol.attention == AttentionOrder(beacon=True, siren=True)
    again = kit.Patrol(patrol.map, patrol.vehicle.pose)
    again.stack.accept_order(patrol.stack.order, again.now_s, resume_from_sequence_id=4)
    again.run(1.0)
    assert again.attention == AttentionOrder(beacon=True)


BLOCKING = ("NONE", "SOFT", "HARD")
ACTIONS = ("dwell", "announce", "startBeacon", "waitForOperator", "lookAround")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # `kit` has no state
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(ACTIONS), st.sampled_from(BLOCKING)),
        max_size=8,
    ),
    st.lists(st.booleans(), min_size=8, max_size=8),
    st.integers(0, 3),
)  # fmt: skip
def test_hard_actions_are_alone_and_standing_ones_hold(
    kit: SimpleNamespace, drawn: list[tuple[int, str, Any]], done: list[bool], reached: int
) -> None:
    """VDA 5050 2.1.0, clause 6.10.2, for any row of actions and any of them done."""
    at: dict[int, list[Action]] = {}
    for number, (index, kind, blocking) in enumerate(drawn):
        parameters = {"message": "hello"} if kind == "announce" else None
        at.setdefault(index, []).append(node_action(kind, f"{number}", parameters, blocking))
    patrol_map = kit.street_map()
    route = check_order(kit.make_order(patrol_map, [1, 2, 3, 4], actions=at), patrol_map, kit.SPEC)
    book = ActionBook()
    book.begin_order(route, 0)
    for number in range(len(drawn)):
        if done[number]:
            book.set(f"{number}", "FINISHED")
    open_now = book.open_actions(reached)
    due = book.due(reached)
    assert due == open_now[: len(due)]
    assert bool(due) == bool(open_now)
    if any(blocking_of(action) == "HARD" for action in due):
        assert len(due) == 1
    holding = book.holding(reached)
    assert (holding is None) == all(blocking_of(action) == "NONE" for action in open_now)
    if holding is not None:
        assert any(book.holds_at(index) for index in range(reached + 1))
