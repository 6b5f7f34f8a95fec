"""Nodes that are deactivated through ROS: the vehicle stands as if they had died, and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from patrol.errors import ConfigError
from patrol_bringup.environment import activate
from tests.integration.control_room import at_end, has_fault, route, speed_mps
from tests.integration.running_vehicle import Vehicle, running_vehicle

YARD = (294, 295, 296, 297, 298, 299, 300, 301, 302, 157, 158)  # dock to a waiting place
STANDING_MPS = 0.05
WITHIN_S = 20.0
STATES_LATER = 3  # at 1 Hz, or sooner where something changes


@pytest.fixture(scope="module")
def vehicle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vehicle]:
    with running_vehicle(tmp_path_factory.mktemp("lifecycle")) as running:
        yield running


class Technician:
    """Asks nodes of a running vehicle for transitions, as `ros2 lifecycle set` does."""

    def __init__(self, domain_id: int) -> None:
        activate(domain_id=domain_id)
        import rclpy
        from lifecycle_msgs.srv import ChangeState

        self._service = ChangeState
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=domain_id)
        self._node = rclpy.create_node("technician", context=self.context)
        self._executor = rclpy.executors.SingleThreadedExecutor(context=self.context)
        self._executor.add_node(self._node)

    def ask(self, name: str, transition: str) -> bool:
        """Whether the node has done it."""
        client = self._node.create_client(self._service, f"/{name}/change_state")
        assert client.wait_for_service(WITHIN_S), name
        request = self._service.Request()
        request.transition.label = transition
        answer = client.call_async(request)
        self._executor.spin_until_future_complete(answer, WITHIN_S)
        self._node.destroy_client(client)
        assert answer.done(), f"{name}: {transition}"
        return bool(answer.result().success)

    def close(self) -> None:
        self._executor.shutdown()
        self.context.shutdown()


@pytest.fixture(scope="module")
def technician(vehicle: Vehicle) -> Iterator[Technician]:
    made = Technician(vehicle.supervisor.settings.domain_id)
    yield made
    made.close()


def test_the_vehicle_stands_without_a_node_and_goes_on_with_it(
    vehicle: Vehicle, technician: Technician
) -> None:
    control = vehicle.control
    control.send(route(vehicle.patrol_map, YARD, "yard"))
    for name, fault in (
        ("navigation", "navigation_lost"),
        ("localization", "localization_stale"),
        ("base_driver", None),
        ("safety_gate", None),
    ):
        control.wait_for(lambda s: speed_mps(s) > 0.5)
        assert technician.ask(name, "deactivate"), name
        stands = control.wait_for(lambda s: abs(speed_mps(s)) < STANDING_MPS)
        later = control.wait_for(
            lambda s, first=stands.header_id: s.header_id >= first + STATES_LATER
        )
        assert abs(speed_mps(later)) < STANDING_MPS, name
        assert stands.order_id in ("yard", ""), name
        if fault is not None:
            control.wait_for(lambda s, fault=fault: has_fault(s, fault))
        assert technician.ask(name, "activate"), name
    control.wait_for(at_end("yard", YARD[-1]))


def test_parameters_are_read_once_so_cleanup_is_refused(technician: Technician) -> None:
    assert technician.ask("health", "deactivate")
    assert not technician.ask("health", "cleanup")
    assert technician.ask("health", "activate")


@pytest.mark.parametrize(
    ("value", "why"),
    [(0.0, "real_time_factor"), (1000.0, "real_time_factor"), ("fast", "real_time_factor")],
)
def test_a_parameter_outside_its_range_is_named(tmp_path: Path, value: Any, why: str) -> None:
    activate()
    import rclpy

    from patrol_ros.node import VehicleNode

    given = {"/**": {"ros__parameters": {"real_time_factor": value}}}
    path = tmp_path / "parameters.yaml"
    path.write_text(yaml.safe_dump(given))
    context = rclpy.Context()
    rclpy.init(args=["--ros-args", "--params-file", str(path)], context=context)
    try:
        node = VehicleNode("tuned", context=context)
        with pytest.raises(ConfigError, match=f"node tuned: .*{why}"):
            node.number("real_time_factor", 1.0, 0.01, 100.0)
    finally:
        rclpy.shutdown(context=context)
