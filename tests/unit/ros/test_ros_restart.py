"""The whole vehicle is started anew in the middle of an order: it knows it, and waits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from patrol_interfaces.msg import NavigationState

from navigation.types import AsLeft
from patrol.faults import FaultKind
from patrol.vda5050.messages import Action, Order
from patrol_fleet_client.convert import content_of
from patrol_fleet_client.inputs import VehicleInputs
from patrol_fleet_client.order_keeper import OrderKeeper
from tests.unit.ros.test_ros_order_keeper import after, order, progress


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "order.json"


def test_an_order_of_an_earlier_start_of_the_vehicle_waits_to_be_told_to_go_on(path: Path) -> None:
    before = OrderKeeper(path, "monday")
    before.take(order(0, 8))
    before.note(progress(4, [6, 8]))
    assert after(before, path, "monday").kept == before.kept, "the client alone was started anew"
    woken = OrderKeeper(path, "tuesday")
    kept = woken.to_resume()
    assert kept is not None
    assert (kept.reached_sequence_id, kept.paused, kept.waits) == (4, True, True)
    woken.note(replace(progress(4, [6, 8]), paused=True))
    again = after(woken, path, "tuesday").kept  # and the client dies once more
    assert again is not None
    assert (again.paused, again.waits) == (True, True)
    woken.note(progress(4, [6, 8]))  # an operator has said go on
    going = after(woken, path, "tuesday").kept
    assert going is not None
    assert (going.paused, going.waits) == (False, False)


def test_an_order_that_had_ended_waits_for_nobody(path: Path) -> None:
    before = OrderKeeper(path, "monday")
    before.take(order(0, 8))
    before.note(progress(8, [], "FINISHED"))
    kept = after(before, path, "tuesday").kept
    assert kept is not None
    assert (kept.ended, kept.paused, kept.waits) == (True, False, False)


def test_a_vehicle_that_waits_says_why(path: Path) -> None:
    before = OrderKeeper(path, "monday")
    before.take(order(0, 8))
    deaf = SimpleNamespace(topic_subscription=lambda *_given, **_more: None)
    inputs = VehicleInputs(deaf, lambda _message: None)  # type: ignore[arg-type]
    assert FaultKind.RESTARTED not in inputs.condition(1.0, before.kept).faults
    waiting = inputs.condition(1.0, OrderKeeper(path, "tuesday").kept)
    assert FaultKind.RESTARTED in content_of(waiting).faults
    assert content_of(waiting).paused


class Link:
    """Remembers what navigation is asked; a test answers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: list[Future[None]] = []

    def _ask(self, what: str) -> Future[None]:
        self.asked.append(what)
        self.answers.append(Future())
        return self.answers[-1]

    def give_action(self, action: Action) -> Future[None]:
        return self._ask(action.action_type)

    def give_order(self, order: Order, reached: int, _as_left: AsLeft) -> Future[None]:
        return self._ask(f"{order.order_id} after {reached}")


def test_navigation_is_paused_before_it_is_given_the_order(
    path: Path, client_node: Callable[..., Any]
) -> None:
    before = OrderKeeper(path, "monday")
    before.take(order(0, 8))
    before.note(progress(4, [6, 8]))
    before.settle()
    node, link = client_node(run_id="tuesday"), Link()
    node._link = link
    heard = NavigationState(boot_id="b", mode="IDLE")
    node._inputs.navigation = lambda _now_s: heard
    for _ in range(3):
        node._resume_where_lost(1.0)
    assert link.asked == ["startPause"], "and no order as long as nobody has answered"
    link.answers[0].set_result(None)
    heard.paused = True
    node._resume_where_lost(1.0)
    node._resume_where_lost(1.0)
    assert link.asked == ["startPause", "o after 4"]


def test_a_pause_that_is_refused_is_asked_for_again_and_the_order_waits(
    path: Path, client_node: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    OrderKeeper(path, "monday").take(order(0, 8))
    node, link = client_node(run_id="tuesday"), Link()
    node._link = link
    node._inputs.navigation = lambda _now_s: NavigationState(boot_id="b", mode="IDLE")
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    for _ in range(4):
        node._resume_where_lost(1.0)
        link.answers[-1].set_exception(RuntimeError("no"))
        now[0] += 60.0
    assert link.asked == ["startPause"] * 4


def test_a_client_that_was_started_anew_alone_goes_on_at_once(
    path: Path, client_node: Callable[..., Any]
) -> None:
    OrderKeeper(path, "monday").take(order(0, 8))
    node, link = client_node(run_id="monday"), Link()
    node._link = link
    node._inputs.navigation = lambda _now_s: NavigationState(boot_id="b", mode="IDLE")
    node._resume_where_lost(1.0)
    assert link.asked == ["o after -1"]
