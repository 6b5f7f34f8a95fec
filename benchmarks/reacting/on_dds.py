"""A process of nodes, as the supervisor starts it, and a street that it drives in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import rclpy
from rclpy.executors import SingleThreadedExecutor

from benchmarks.reacting.street import StreetNode
from benchmarks.reacting.trials import Trials
from patrol.clock import SystemClock
from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec
from patrol_base.safety_gate_node import LATCH_FILE
from patrol_bringup.child import Child, python_command
from patrol_bringup.environment import REPOSITORY, ros_environment
from patrol_bringup.processes import ProcessRow, node_arguments
from patrol_bringup.settings import VehicleSettings


@contextmanager
def on_street(
    row: ProcessRow, settings: VehicleSettings, spec: VehicleSpec, start: Pose2, seed: int
) -> Iterator[Trials]:
    """Both running; `start` is where the street begins on the map."""
    environment = ros_environment(domain_id=settings.domain_id) | dict(row.environment)
    environment["PYTHONPATH"] = f"{environment['PYTHONPATH']}:{REPOSITORY}"
    command = python_command(node_arguments(row), settings.write_parameters())
    (settings.state_dir / LATCH_FILE).unlink(missing_ok=True)  # what a run latched ends with it
    log = settings.state_dir / f"{row.name}.log"
    child = Child(row, command, environment, log, SystemClock())
    rclpy.init()
    street = StreetNode(spec, start, seed)
    street.begin()
    executor = SingleThreadedExecutor()
    executor.add_node(street)
    child.start()
    try:
        yield Trials(street, executor, log, seed)
    finally:
        child.stop()
        executor.shutdown()
        street.destroy_node()
        rclpy.shutdown()
