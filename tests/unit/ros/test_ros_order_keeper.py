"""The order that survives any process."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from patrol_interfaces.action import ExecuteOrder
from patrol_interfaces.msg import NavigationState, RouteNode

from navigation.types import AsLeft, Docked
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.vda5050.messages import Action, ActionState, Order, OrderEdge, OrderNode
from patrol_fleet_client.convert import Condition, content_of, progress_of
from patrol_fleet_client.order_file import NEW_ORDER
from patrol_fleet_client.order_keeper import OrderKeeper, Progress, merge
from patrol_navigation.convert import as_left_of
from patrol_ros.convert import message_of_action


def order(
    first: int, last: int, update: int = 0, order_id: str = "o", released: int = 99
) -> Order:
    """Nodes of sequence ids first, first + 2 … last; node id = sequence id."""
    ids = range(first, last + 1, 2)
    action = Action(action_type="patrolCheckpoint", action_id="visit", blocking_type="HARD")
    return Order(
        header_id=1,
        timestamp="2026-03-01T00:00:00.000Z",
        version="2.1.0",
        manufacturer="sunra",
        serial_number="goalie-01",
        order_id=order_id,
        order_update_id=update,
        nodes=[
            OrderNode(
                node_id=str(i),
                sequence_id=i,
                released=i <= released,
                actions=[action] if i == 2 else [],
            )
            for i in ids
        ],
        edges=[
            OrderEdge(
                edge_id=str(i + 1),
                sequence_id=i + 1,
                released=i + 2 <= released,
                start_node_id=str(i),
                end_node_id=str(i + 2),
                actions=[],
            )
            for i in ids[:-1]
        ],
    )


def progress(last: int, remaining: list[int], mode: str = "DRIVING", update: int = 0) -> Progress:
    return Progress("o", update, last, remaining, mode, False, mode != "DWELLING")


def after(keeper: OrderKeeper, path: Path, run_id: str = "") -> OrderKeeper:
    """What the next process finds."""
    keeper.settle()
    return OrderKeeper(path, run_id)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "order.json"


def test_nothing_is_kept_at_first(path: Path) -> None:
    assert OrderKeeper(path).to_resume() is None


def test_an_order_survives_a_restart_with_its_progress(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 8))
    keeper.note(progress(4, [6, 8]))
    kept = after(keeper, path).to_resume()
    assert kept is not None
    assert (kept.order.order_id, kept.reached_sequence_id) == ("o", 4)


def test_before_the_first_node_an_order_starts_anew(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 8))
    keeper.note(progress(0, [0, 2, 4, 6, 8]))
    assert keeper.to_resume().reached_sequence_id == NEW_ORDER


def test_progress_never_goes_back(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 8))
    keeper.note(progress(4, [6, 8]))
    keeper.note(progress(0, [0, 2, 4, 6, 8]))
    assert keeper.to_resume().reached_sequence_id == 4


@pytest.mark.parametrize("mode", ["FINISHED", "IDLE", "CHARGING"])
def test_an_ended_order_is_not_resumed(path: Path, mode: str) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 4))
    keeper.note(progress(4, [], mode))
    assert after(keeper, path).to_resume() is None
    assert keeper.is_repeated(order(0, 4))


def test_another_orders_state_does_not_count(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 4))
    keeper.note(replace(progress(4, [], "FINISHED"), order_id="former"))
    assert keeper.to_resume() is not None


def test_an_older_updates_end_is_not_the_orders_end(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 4))
    keeper.take(order(4, 8, update=1))
    keeper.note(progress(4, [], "FINISHED", update=0))
    assert keeper.to_resume() is not None


def test_an_update_is_merged(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 8, released=4))
    keeper.take(order(4, 12, update=1))
    merged = keeper.to_resume().order
    assert [n.sequence_id for n in merged.nodes] == [0, 2, 4, 6, 8, 10, 12]
    assert [e.sequence_id for e in merged.edges] == [1, 3, 5, 7, 9, 11]
    assert all(n.released for n in merged.nodes)
    assert merged.order_update_id == 1
    assert [a.action_id for n in merged.nodes for a in n.actions] == ["visit"]


@pytest.mark.parametrize("first", [2, 6])
def test_an_update_that_does_not_begin_at_the_bases_end_is_refused(first: int) -> None:
    message = f"begins at node {first}.*the base ends at node 4"
    with pytest.raises(OrderError, match=message) as caught:
        merge(order(0, 8, released=4), order(first, 8, update=1))
    assert caught.value.error_type == "orderUpdateError"


def test_taking_returns_the_whole_order(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 8, released=4))
    assert keeper.take(order(4, 12, update=1)) == keeper.kept


def test_a_redelivered_order_is_known(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 4, update=1))
    assert keeper.is_repeated(order(0, 4, update=0))
    assert not keeper.is_repeated(order(0, 4, update=2))
    assert not keeper.is_repeated(order(0, 4, order_id="other"))


def test_a_refused_order_leaves_the_former_one(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 4))
    before = keeper.kept
    keeper.take(order(4, 8, update=1))
    keeper.put(before)
    assert after(keeper, path).kept == before


def test_a_pause_survives_a_restart(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 4))
    keeper.note(replace(progress(2, [4]), paused=True))
    assert after(keeper, path).to_resume().paused


VISITED = ActionState("visit", "FINISHED", "patrolCheckpoint", None, "seen")
ON_CHARGER = AsLeft((VISITED,), Docked.YES)


def test_what_was_done_survives_a_restart_and_instant_actions_do_not(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 4))
    at_once = ActionState("stop-1", "FINISHED", "stopPause")
    as_left = AsLeft((VISITED, at_once))
    keeper.note(replace(progress(2, [4]), as_left=as_left))
    assert after(keeper, path).to_resume().as_left == AsLeft((VISITED,))


@pytest.mark.parametrize("docked", [Docked.YES, Docked.FAILED])
def test_an_order_that_ended_on_a_charger_is_resumed(path: Path, docked: Docked) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 4))
    keeper.note(replace(progress(4, [], "CHARGING"), as_left=replace(ON_CHARGER, docked=docked)))
    kept = after(keeper, path).to_resume()
    assert (kept.ended, kept.reached_sequence_id) == (True, 4)
    assert kept.as_left == AsLeft((VISITED,), docked)


def test_who_leaves_the_charger_is_not_given_its_order_again(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 4))
    keeper.note(replace(progress(4, [], "CHARGING"), as_left=ON_CHARGER))
    keeper.take(order(0, 4, order_id="next"))
    keeper.note(replace(progress(4, [], "FINISHED"), order_id="next"))
    assert after(keeper, path).to_resume() is None


def test_an_older_versions_file_keeps_its_order(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 4))
    saved = json.loads(path.read_text())
    del saved["done"], saved["docked"]
    path.write_text(json.dumps(saved))
    assert OrderKeeper(path).to_resume().as_left == AsLeft()


@pytest.mark.parametrize(
    "wrong", [{"docked": "perhaps"}, {"done": [{"actionId": 3}]}, {"done": "all"}]
)
def test_a_journal_of_which_nothing_can_be_made_is_no_order(
    path: Path, wrong: dict[str, object]
) -> None:
    OrderKeeper(path).take(order(0, 4))
    path.write_text(json.dumps(json.loads(path.read_text()) | wrong))
    assert OrderKeeper(path).to_resume() is None


def test_what_is_kept_is_what_navigation_is_given_and_tells() -> None:
    done = [message_of_action(state) for state in ON_CHARGER.actions]
    goal = ExecuteOrder.Goal(done=done, docked=ON_CHARGER.docked.value)
    assert as_left_of(goal) == ON_CHARGER
    state = NavigationState(order_id="o", mode="CHARGING", action_states=done, docked="docked")
    assert progress_of(state).as_left == ON_CHARGER
    state.docked = "of a later version"
    assert progress_of(state).as_left.docked is Docked.NO


def test_a_goal_that_says_something_else_of_the_dock_is_refused() -> None:
    with pytest.raises(OrderError, match=r"docked 'yes' is none of '', 'docked', 'failed'"):
        as_left_of(ExecuteOrder.Goal(docked="yes"))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"order": "{}"}', '{"order": 3}'])
def test_a_broken_file_is_no_order(path: Path, content: str) -> None:
    path.write_text(content)
    assert OrderKeeper(path).to_resume() is None


def test_the_state_names_lost_navigation_and_keeps_the_order(path: Path) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 6))
    keeper.note(progress(2, [4, 6]))
    content = content_of(Condition(kept=keeper.kept))
    assert content.order_id == "o"
    assert content.last_node_sequence_id == 2
    assert list(content.node_states) == [("4", 4, True), ("6", 6, True)]
    assert FaultKind.NAVIGATION_LOST in content.faults


def test_progress_comes_from_navigations_state() -> None:
    message = NavigationState(order_id="o", last_node_sequence_id=2, mode="DRIVING")
    message.node_states = [RouteNode(node_id="4", sequence_id=4, released=True)]
    assert progress_of(message).remaining == [4]


class SlowDisk:
    """A disk whose `fsync` is done when a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real, self._may_end, self.begun = os.fsync, threading.Event(), threading.Event()
        monkeypatch.setattr("os.fsync", self._fsync)

    def _fsync(self, descriptor: int) -> None:
        self.begun.set()
        assert self._may_end.wait(60.0)
        self._real(descriptor)

    def catch_up(self) -> None:
        self._may_end.set()


def test_a_slow_disk_holds_up_nothing_but_a_new_order(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = OrderKeeper(path)
    keeper.take(order(0, 8))
    disk = SlowDisk(monkeypatch)
    for node in (2, 4, 6):  # none of them waits
        keeper.note(progress(node, [8]))
    assert disk.begun.wait(60.0)
    assert keeper.kept.reached_sequence_id == 6
    assert OrderKeeper(path).kept.reached_sequence_id == NEW_ORDER, "the disk has it not yet"
    keeper.note(progress(8, [], "FINISHED"))
    taking = threading.Thread(target=keeper.take, args=(order(0, 4, order_id="next"),))
    taking.start()
    taking.join(0.2)
    assert taking.is_alive(), "an order counts once it is on disk"
    keeper.note(replace(progress(2, [4]), order_id="next"))  # nor does this one wait
    disk.catch_up()
    taking.join(60.0)
    assert not taking.is_alive()
    left = after(keeper, path).kept
    assert (left.order.order_id, left.reached_sequence_id) == ("next", 2)
