"""The hardware node's place among the processes, its walls, and its messages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from patrol_interfaces.msg import DriveCommand

from navigation.types import GnssFix, GnssFixType
from patrol.errors import ConfigError
from patrol.geodesy import GeoPoint
from patrol.topics import HARDWARE, TOPICS
from patrol_base.hardware.ublox import ReceiverFix
from patrol_base.hardware_convert import message_of_receiver, order_of
from patrol_bringup.processes import PROCESSES, node_arguments, select_processes
from patrol_bringup.settings import VehicleSettings

ROOT = Path(__file__).parents[3]
VEHICLES = ROOT / "config" / "vehicles"
BASE = ROOT / "ros2_ws" / "src" / "patrol_base" / "patrol_base"
NODE = "patrol_base.hardware_node:BaseHardwareNode"
PACKAGES = ("patrol", "navigation", "perception", "fleet_client", "fleet_server", "simulation")


def nodes(*, simulated: bool, with_hardware: bool) -> list[str]:
    rows = select_processes(
        simulated=simulated, with_credentials=True, with_hardware=with_hardware
    )
    return [argument for row in rows for argument in node_arguments(row)]


def test_the_safety_process_has_the_hardware_node_where_hardware_is_named() -> None:
    assert NODE in nodes(simulated=False, with_hardware=True)
    assert NODE not in nodes(simulated=False, with_hardware=False)
    assert NODE not in nodes(simulated=True, with_hardware=False)
    assert NODE in PROCESSES["safety"].road_nodes


def test_a_simulated_world_has_no_hardware(tmp_path: Path) -> None:
    settings = VehicleSettings(
        VEHICLES / "goalie.yaml",
        ROOT / "maps" / "sillim.geojson",
        tmp_path,
        hardware_file=VEHICLES / "goalie_hardware.yaml",
        simulated=True,
    )
    with pytest.raises(ConfigError, match="--hardware: a simulated world has none"):
        settings.resolved()


def test_the_node_publishes_what_the_topic_table_says() -> None:
    source = (BASE / "hardware_node.py").read_text()
    assert f'super().__init__("{HARDWARE}")' in source
    made = set(re.findall(r'topic_publisher\("([^"]+)"\)', source))
    assert made == {row.name for row in TOPICS.values() if row.road_publisher == HARDWARE}


def test_only_one_module_imports_pyserial() -> None:
    files = [*(ROOT / "ros2_ws" / "src").rglob("*.py"), ROOT / "sunra.py"]
    files += [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    users = [
        path.name
        for path in files
        if re.search(r"^\s*(import|from) serial\b", path.read_text(), re.MULTILINE)
    ]
    assert users == ["port.py"]


def test_the_drivers_know_no_ros() -> None:
    files = list((BASE / "hardware").glob("*.py"))
    assert len(files) > 10
    ros = re.compile(r"^\s*(import|from) (rclpy|patrol_ros|\w+_(msgs|srvs|interfaces))\b", re.M)
    assert [path.name for path in files if ros.search(path.read_text())] == []


def test_an_order_carries_speed_angle_and_the_power_cut() -> None:
    order = order_of(DriveCommand(speed_mps=1.0, steering_rad=-0.1, cut_power=True))
    assert (order.speed_mps, order.steering_rad, order.cut_power) == (1.0, -0.1, True)


def test_a_fix_has_the_receivers_own_covariance() -> None:
    fix = GnssFix(7.0, GeoPoint(37.5, 127.0, 80.0), 0.02, GnssFixType.RTK_FIXED)
    message = message_of_receiver(ReceiverFix(fix, 0.03, None, "UBX"))
    assert message.position_covariance[0] == pytest.approx(0.0004)
    assert message.position_covariance[8] == pytest.approx(0.0009)
    assert message.status.status == message.status.STATUS_GBAS_FIX
