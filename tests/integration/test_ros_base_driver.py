"""The base driver on real DDS: what it does not know cuts the motors' power, and no longer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from navigation.types import Command
from patrol_bringup.environment import activate

DOMAIN = 86
WITHIN_S = 20.0
VEHICLE = Path(__file__).parents[2] / "config" / "vehicles" / "goalie.yaml"


class Lane:
    """The driver, a node that says what the gate says, and what the base is told."""

    def __init__(self, folder: Path) -> None:
        activate(domain_id=DOMAIN)
        import rclpy
        from patrol_interfaces.msg import SafetyState

        from patrol_base.base_driver_node import BaseDriverNode
        from patrol_ros.convert import message_of_command
        from patrol_ros.node import VehicleNode
        from patrol_ros.stamps import header_of

        parameters = folder / "parameters.yaml"
        files = {"/**": {"ros__parameters": {"vehicle_file": str(VEHICLE)}}}
        parameters.write_text(yaml.safe_dump(files))
        rclpy.init(args=["--ros-args", "--params-file", str(parameters)])
        self._shutdown = rclpy.shutdown
        self.cut_power: bool | None = None  # None: the gate's state is silent
        self.told: Any = None
        self.gate = VehicleNode("gate")
        command = self.gate.topic_publisher("/cmd_vel_safe")
        state = self.gate.topic_publisher("/safety/state")

        def say() -> None:
            now_s = self.gate.now_s()
            command(message_of_command(Command(0.5, 0.0), now_s))
            if self.cut_power is not None:
                state(SafetyState(header=header_of(now_s), cut_power=self.cut_power))

        self.gate.every(50, say)
        self.gate.topic_subscription("/base/drive", self._hear)
        self.executor = rclpy.executors.SingleThreadedExecutor()
        driver = BaseDriverNode()
        driver.begin()
        self.gate.begin()
        self.executor.add_node(driver)
        self.executor.add_node(self.gate)

    def _hear(self, message: Any) -> None:
        self.told = message

    def wait_for(self, what: Callable[[], bool]) -> None:
        until_s = time.monotonic() + WITHIN_S
        while self.told is None or not what():
            assert time.monotonic() < until_s, self.told
            self.executor.spin_once(timeout_sec=0.05)

    def close(self) -> None:
        self.executor.shutdown()
        self._shutdown()


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[Lane]:
    made = Lane(tmp_path)
    yield made
    made.close()


def test_power_is_cut_while_the_gates_state_is_unknown(lane: Lane) -> None:
    lane.wait_for(lambda: lane.told.speed_mps == 0.5)
    assert lane.told.cut_power  # nothing came yet
    lane.cut_power = False
    lane.wait_for(lambda: not lane.told.cut_power)
    lane.cut_power = True
    lane.wait_for(lambda: lane.told.cut_power)
    lane.cut_power = False
    lane.wait_for(lambda: not lane.told.cut_power)
    lane.cut_power = None
    silent_s = time.monotonic()
    lane.wait_for(lambda: lane.told.cut_power)
    assert time.monotonic() - silent_s > 0.4  # not by a state that is merely late
    lane.cut_power = False
    lane.wait_for(lambda: not lane.told.cut_power)  # nothing was latched
