"""Tests of the nodes' parts need our built messages in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from patrol_bringup.environment import activate

activate()

ROOT = Path(__file__).parents[3]


@pytest.fixture
def start_ros() -> Iterator[Callable[..., None]]:
    """Starts ROS in this process with what a perception node without a detector needs."""
    import rclpy  # after `activate`

    def start(state_dir: Path, vehicle: str = "goalie") -> None:
        rclpy.init(
            args=[
                "--ros-args",
                "-p", f"state_dir:={state_dir}",
                "-p", f"vehicle_file:=config/vehicles/{vehicle}.yaml",
                "-p", "map_file:=maps/sillim.geojson",
                "-p", "perception_file:=config/perception.yaml",
                "-p", "detector:=none",
            ],
            domain_id=os.getpid() % 100,  # two runs at once hear nothing of each other
        )  # fmt: skip

    yield start
    rclpy.try_shutdown()


class SilentClient:
    """A fleet client that remembers its handlers and links to nobody."""

    def __init__(
        self, _credentials: object, _spec: object, _map: object, handlers: Any, **_options: object
    ) -> None:
        self.handlers = handlers

    async def run(self) -> None:
        """Ends at once."""

    def stop(self) -> None:
        """Has nothing to stop."""


@pytest.fixture
def client_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Makes the fleet client's node over a client without a link; keywords are parameters."""
    import rclpy

    from fleet_client.credentials import Credentials
    from patrol_fleet_client import node as node_module

    login = Credentials("h", 1, "u", "p", "i", "m", "s")
    monkeypatch.setattr(node_module, "FleetClient", SilentClient)
    monkeypatch.setattr(node_module, "load_credentials", lambda _path: login)
    made: list[Any] = []

    def make(**more: str) -> Any:
        parameters = {
            "state_dir": tmp_path,
            "vehicle_file": ROOT / "config/vehicles/goalie.yaml",
            "map_file": ROOT / "maps/sillim.geojson",
            "credentials_file": tmp_path / "credentials.json",
            **more,
        }
        given = [part for name, value in parameters.items() for part in ("-p", f"{name}:={value}")]
        rclpy.init(args=["--ros-args", *given], domain_id=os.getpid() % 100)
        made.append(node_module.FleetClientNode())
        return made[-1]

    yield make
    for node in made:
        node.close()
        node.destroy_node()
    rclpy.try_shutdown()
