"""Many light vehicles in one process."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from fleet_client.credentials import Credentials
from patrol.clock import SimClock
from patrol.errors import ConfigError
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from simulation.fleet import Fleet, spread_nodes
from simulation.fleet_cli import find_credentials, fleet_command, rate_line
from simulation.fleet_motion import FleetMotion

ROOT = Path(__file__).parents[3]
SPEC = load_vehicle(ROOT / "config/vehicles/goalie.yaml")
MAP = load_map(ROOT / "maps/sillim.geojson")


def credentials(number: int) -> Credentials:
    serial = f"light-{number:03d}"
    return Credentials("127.0.0.1", 1, "u", "p", "gwanak", "sunra", serial)


def test_vehicles_start_far_from_each_other_and_alike_for_a_seed() -> None:
    nodes = spread_nodes(MAP, 10, np.random.default_rng(1))
    assert nodes == spread_nodes(MAP, 10, np.random.default_rng(1))
    places = [(MAP.nodes[i].x_m, MAP.nodes[i].y_m) for i in nodes]
    gaps = [np.hypot(a[0] - b[0], a[1] - b[1]) for a in places for b in places if a != b]
    assert min(gaps) > 50.0


def test_vehicles_start_where_they_keep_nobody_from_an_alley_or_a_crosswalk() -> None:
    nodes = spread_nodes(MAP, 6, np.random.default_rng(0), SPEC.width_m)
    ways = [e for e in MAP.edges.values() if {e.start_id, e.end_id} & set(nodes)]
    assert min(edge.width_m for edge in ways) >= 3.9
    assert not [edge for edge in ways if edge.crosswalk_id]
    assert len(set(spread_nodes(MAP, 200, np.random.default_rng(0), SPEC.width_m))) == 200


def test_more_vehicles_than_nodes_share_them() -> None:
    assert len(spread_nodes(MAP, 1000, np.random.default_rng(0))) == 1000


def test_every_vehicle_publishes_a_state_a_second() -> None:
    clock = SimClock(1_790_000_000.0)
    fleet = Fleet([credentials(i) for i in range(20)], MAP, SPEC, clock=clock)
    for _ in range(50):
        fleet.step(0.1)
        clock.advance(0.1)
    report = fleet.report()
    assert 20 * 5 <= report.states <= 20 * 7
    assert (report.connected, report.busy, report.driven_m) == (0, 0, 0.0)


def test_motion_of_all_is_the_motion_of_each() -> None:
    """Vectorised and alone: the same vehicle takes the same way."""
    together = FleetMotion(SPEC, np.zeros((3, 2)))
    alone = FleetMotion(SPEC, np.zeros((1, 2)))
    for motion, index in ((together, 2), (alone, 0)):
        motion.begin_leg(index, (30.0, 40.0), 1.2)
        motion.stop_in_m[index] = 50.0
    for _ in range(200):
        together.step(0.1)
        alone.step(0.1)
    assert together.pose(2) == alone.pose(0)
    assert together.pose(0).x_m == 0.0
    assert np.allclose(together.poses()[2], [alone.pose(0).x_m, alone.pose(0).y_m, 0.927295218])


def test_credentials_are_found_by_serial_number(tmp_path: Path) -> None:
    for serial in ("light-02", "light-01", "goalie-01"):
        row = {
            "host": "127.0.0.1",
            "port": 1883,
            "username": "u",
            "password": "p",
            "interface": "gwanak",
            "manufacturer": "sunra",
            "serial_number": serial,
        }
        path = tmp_path / "sunra" / f"{serial}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(row))
    found = find_credentials(tmp_path, "light-*", None)
    assert [who.serial_number for who in found] == ["light-01", "light-02"]
    assert len(find_credentials(tmp_path, "light-*", 1)) == 1
    with pytest.raises(ConfigError, match="2 vehicles match 'light-\\*', 3 are wanted"):
        find_credentials(tmp_path, "light-*", 3)


def test_missing_credentials_folder_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(fleet_command, ["--credentials-dir", str(tmp_path / "none")])
    assert isinstance(result.exception, ConfigError)
    assert "no such folder" in str(result.exception)


def test_rate_line_shows_differences() -> None:
    fleet = Fleet([credentials(0)], MAP, SPEC)
    before = fleet.report()
    for _ in range(10):
        fleet.step(0.1)
    line = rate_line(3, before, fleet.report())
    assert "connected 0/1" in line
    assert "states 2/s" in line or "states 1/s" in line
