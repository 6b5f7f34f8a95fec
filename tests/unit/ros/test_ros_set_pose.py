"""A person's word of where the vehicle stands, over ROS: taken, refused, or without an answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import LocalizationState
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from navigation.types import AsLeft, WheelOdometry
from patrol.errors import OrderError
from patrol.geometry import Pose2
from patrol.map_geojson import load_map
from patrol.topics import topic_row
from patrol.vda5050.init_position import InitialPosition
from patrol.vda5050.messages import Action, Order
from patrol_fleet_client.asking import NoAnswer
from patrol_fleet_client.localization_link import LocalizationLink
from patrol_localization.seed import load_seed
from patrol_ros.convert import message_of_wheels, pose_of
from patrol_ros.node import qos_profile
from tests.unit.ros.conftest import ROOT
from tests.unit.ros.test_ros_order_keeper import order

WITHIN_S = 30.0
SILLIM = load_map(ROOT / "maps" / "sillim.geojson")
NODE = SILLIM.nodes[SILLIM.docks[0].node_id]
THERE = InitialPosition(SILLIM.map_id, Pose2(NODE.x_m + 30.0, NODE.y_m + 20.0, 1.5))


class Vehicle:
    """The localization node, its wheels, and the fleet client's link to it."""

    def __init__(self, with_localization: bool = True) -> None:
        self.executor = SingleThreadedExecutor()
        self.asker = Node("asker")
        self.link = LocalizationLink(self.asker)
        wheels = topic_row("/wheel/odometry")
        self._wheels = self.asker.create_publisher(Odometry, wheels.name, qos_profile(wheels.qos))
        self.poses: list[Pose2] = []
        self.states: list[LocalizationState] = []
        for name, kind, hear in (
            ("/localization/odometry", Odometry, lambda m: self.poses.append(pose_of(m).pose)),
            ("/localization/state", LocalizationState, self.states.append),
        ):
            self.asker.create_subscription(kind, name, hear, qos_profile(topic_row(name).qos))
        self.nodes: list[Any] = [self.asker]
        if with_localization:
            from patrol_localization.node import LocalizationNode

            self.nodes.append(LocalizationNode())
            self.nodes[-1].begin()
        for node in self.nodes:
            self.executor.add_node(node)
        self.speed_mps: float | None = 0.0  # None: the wheels say nothing

    def close(self) -> None:
        """Leave nothing for the next one to hear."""
        for node in self.nodes:
            node.destroy_node()

    def ask(self, position: InitialPosition) -> Future[None]:
        """Ask, and turn until there is an answer."""
        answer = self.link.place(position)
        self.turn(answer.done)
        assert answer.done()
        return answer

    def turn(self, is_over: Callable[[], bool]) -> None:
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until and not is_over():
            if self.speed_mps is not None:
                now_s = self.asker.get_clock().now().nanoseconds * 1e-9
                sample = WheelOdometry(now_s, self.speed_mps, 0.0)
                self._wheels.publish(message_of_wheels(sample, Pose2(0.0, 0.0, 0.0), 0.65))
            self.link.step()
            self.executor.spin_once(timeout_sec=0.01)

    def is_localized(self) -> bool:
        return bool(self.poses) and bool(self.states)


@pytest.fixture
def vehicle(tmp_path: Path, start_ros: Callable[[Path], None]) -> Iterator[Vehicle]:
    start_ros(tmp_path)
    made = Vehicle()
    made.turn(made.is_localized)
    assert made.poses[-1].x_m == pytest.approx(NODE.x_m, abs=0.1)
    yield made
    made.close()


def test_a_standing_vehicle_begins_anew_where_a_person_says(
    tmp_path: Path, vehicle: Vehicle
) -> None:
    before = vehicle.states[-1].seed_id
    assert vehicle.ask(THERE).exception() is None
    vehicle.turn(lambda: vehicle.states[-1].seed_id != before)
    vehicle.poses.clear()
    vehicle.turn(lambda: bool(vehicle.poses))
    assert vehicle.poses[-1].x_m == pytest.approx(THERE.pose.x_m, abs=0.1)
    assert vehicle.poses[-1].yaw_rad == pytest.approx(1.5, abs=0.01)
    state = vehicle.states[-1]
    assert state.seed_id != before
    assert state.status != LocalizationState.OK, "no fix and no wall has agreed yet"
    assert "localization_lost" in state.faults


def test_a_pose_that_is_lost_is_kept_as_one(tmp_path: Path, vehicle: Vehicle) -> None:
    vehicle.ask(THERE)
    path = tmp_path / "pose.json"

    def is_kept() -> bool:
        seed = load_seed(path, SILLIM.map_id, time.time())
        return seed is not None and abs(seed.pose.x_m - THERE.pose.x_m) < 0.1

    vehicle.turn(is_kept)
    seed = load_seed(path, SILLIM.map_id, time.time())
    assert seed is not None
    assert seed.sigma_m > 0.75, "less would count as known after a restart"


def refused(vehicle: Vehicle, position: InitialPosition) -> str:
    seed_id, pose = vehicle.states[-1].seed_id, vehicle.poses[-1]
    error = vehicle.ask(position).exception()
    assert isinstance(error, OrderError)
    vehicle.poses.clear()
    vehicle.turn(lambda: bool(vehicle.poses) or vehicle.speed_mps is None)
    assert vehicle.states[-1].seed_id == seed_id
    if vehicle.speed_mps == 0.0:
        assert vehicle.poses[-1].x_m == pytest.approx(pose.x_m, abs=0.05)
    return str(error)


def test_another_map_is_refused(vehicle: Vehicle) -> None:
    assert "map 'harbour' is not in use" in refused(
        vehicle, InitialPosition("harbour", THERE.pose)
    )


def test_a_place_far_off_the_map_is_refused(vehicle: Vehicle) -> None:
    far = InitialPosition(SILLIM.map_id, Pose2(1e5, 0.0, 0.0))
    assert "m outside map sillim" in refused(vehicle, far)


def test_a_vehicle_that_drives_takes_nobodys_word(vehicle: Vehicle) -> None:
    vehicle.speed_mps = 0.8
    count = len(vehicle.poses)
    vehicle.turn(lambda: len(vehicle.poses) > count + 5)
    assert "drives at 0.80 m/s" in refused(vehicle, THERE)


def test_wheels_that_say_nothing_may_be_turning(vehicle: Vehicle) -> None:
    vehicle.speed_mps = None
    time.sleep(0.5)
    assert "the wheels have said nothing for" in refused(vehicle, THERE)


def test_localization_that_is_down_gives_no_answer(
    tmp_path: Path, start_ros: Callable[[Path], None]
) -> None:
    start_ros(tmp_path)
    nobody = Vehicle(with_localization=False)
    answer = nobody.ask(THERE)
    nobody.close()
    assert isinstance(answer.exception(), NoAnswer)


class Asked:
    """What the client asks of navigation and localization, in turn; `down` are who is silent."""

    def __init__(self, *down: str) -> None:
        self.down, self.asked = down, list[str]()

    def _answer(self, who: str, what: str) -> Future[None]:
        self.asked.append(what)
        answer: Future[None] = Future()
        if who in self.down:
            answer.set_exception(NoAnswer())
        else:
            answer.set_result(None)
        return answer

    def give_action(self, action: Action) -> Future[None]:
        return self._answer("navigation", action.action_type)

    def give_order(self, given: Order, _reached: int, _as_left: AsLeft) -> Future[None]:
        return self._answer("navigation", given.order_id)

    def place(self, position: InitialPosition) -> Future[None]:
        return self._answer("localization", f"at {position.pose.x_m:.0f}")


def told(client: Any, asked: Asked, with_order: bool) -> list[str]:
    client._link = client._localization = asked
    if with_order:
        client._keeper.take(order(0, 8))
    asyncio.run(client._on_init_position(InitialPosition("m", Pose2(7.0, 0.0, 0.0))))
    return asked.asked


def test_an_order_is_paused_before_the_place_is_told(client_node: Callable[..., Any]) -> None:
    assert told(client_node(), Asked(), with_order=True) == ["startPause", "at 7"]


def test_without_an_order_there_is_nothing_to_pause(client_node: Callable[..., Any]) -> None:
    assert told(client_node(), Asked(), with_order=False) == ["at 7"]


def test_a_place_is_not_told_where_the_order_cannot_be_paused(
    client_node: Callable[..., Any],
) -> None:
    asked = Asked("navigation")
    with pytest.raises(OrderError, match="navigation is down"):
        told(client_node(), asked, with_order=True)
    assert asked.asked == ["startPause"]


def test_it_is_said_where_localization_is_down(client_node: Callable[..., Any]) -> None:
    with pytest.raises(OrderError, match="localization is down"):
        told(client_node(), Asked("localization"), with_order=False)
