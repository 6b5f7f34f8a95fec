"""Tests of the nodes' parts need our built messages in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from patrol_bringup.environment import activate

activate()


@pytest.fixture
def start_ros() -> Iterator[Callable[[Path], None]]:
    """Starts ROS in this process with what a perception node without a detector needs."""
    import rclpy  # after `activate`

    def start(state_dir: Path) -> None:
        rclpy.init(
            args=[
                "--ros-args",
                "-p", f"state_dir:={state_dir}",
                "-p", "vehicle_file:=config/vehicles/goalie.yaml",
                "-p", "map_file:=maps/sillim.geojson",
                "-p", "perception_file:=config/perception.yaml",
                "-p", "detector:=none",
            ],
            domain_id=os.getpid() % 100,  # two runs at once hear nothing of each other
        )  # fmt: skip

    yield start
    rclpy.try_shutdown()
