"""Scenario files: the shipped one fits its map; wrong ones get one clear line."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Point, box
from shapely.ops import unary_union

from patrol.errors import ConfigError, MapError, SunraError
from simulation.actors.person import LYING, LYING_HALF_LENGTH_M, LYING_HALF_WIDTH_M, Pose
from simulation.scenario import Place, load_scenario, place_map
from simulation.world import ScenarioError

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "config" / "scenarios").glob("*.yaml"))
LYING_CLEAR_M = 0.9
HEAD = f"title: t\nmap: {ROOT / 'maps' / 'sillim.geojson'}\ndock: dock-1\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "s.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_shipped_scenarios_leave_the_routes_free(path: Path) -> None:
    scenario = load_scenario(path)
    nodes = scenario.patrol_map.nodes
    lines = unary_union([
        LineString([(nodes[e.start_id].x_m, nodes[e.start_id].y_m),
                    (nodes[e.end_id].x_m, nodes[e.end_id].y_m)])
        for e in scenario.patrol_map.edges.values()
    ])  # fmt: skip
    for person in scenario.people:
        if person.pose in LYING:
            body = box(-LYING_HALF_LENGTH_M, -LYING_HALF_WIDTH_M,
                       LYING_HALF_LENGTH_M, LYING_HALF_WIDTH_M)  # fmt: skip
            body = translate(rotate(body, person.yaw_rad, (0, 0), True), *person.path_map[0])
            assert body.distance(lines) >= LYING_CLEAR_M, person.name
        elif person.pose is Pose.WALKING:
            assert LineString(person.path_map).distance(lines) >= 1.1, person.name
        else:
            assert Point(person.path_map[0]).distance(lines) >= 1.1, person.name


def test_first_patrol_has_somebody_lying_by_an_alley() -> None:
    scenario = load_scenario(ROOT / "config" / "scenarios" / "first_patrol.yaml")
    assert [p.name for p in scenario.people if p.pose in LYING] == ["collapsed"]
    assert scenario.start.yaw_rad == scenario.patrol_map.dock("dock-1").heading_rad


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (HEAD + "colour: red\n", ConfigError, "unknown key 'colour'"),
        (HEAD.replace("dock-1", "dock-9"), ScenarioError, "no dock 'dock-9'"),
        (HEAD.replace("sillim", "nowhere"), MapError, "nowhere.geojson"),
        (HEAD + "parked_cars: -1\n", ConfigError, "parked_cars: -1 is outside"),
        (
            HEAD + "people: [{name: a, pose: flying, places: [{edge_id: 1473}]}]\n",
            ConfigError,
            "'flying' is none of",
        ),
        (
            HEAD + "people: [{name: a, pose: standing, places: [{edge_id: 7}]}]\n",
            ScenarioError,
            "person 'a': edge_id 7: sillim has no such edge",
        ),
        (
            HEAD + "people: [{name: a, pose: walking, places: [{edge_id: 1473}]}]\n",
            ConfigError,
            "a walker needs at least two",
        ),
        (
            HEAD + "people: [{name: a, pose: standing, places: []}]\n",
            ConfigError,
            "at least one",
        ),
        (
            HEAD + "people: [{name: a, pose: standing, places: [{edge_id: 1473, fraction: 2}]}]\n",
            ConfigError,
            r"outside \[0, 1\]",
        ),
        (
            HEAD + "people: [{name: a, pose: standing, places: [{edge_id: 1299, left_m: -6}]}]\n",
            ScenarioError,
            "inside building",
        ),
    ],
)
def test_wrong_files_get_one_line(
    tmp_path: Path, text: str, error: type[SunraError], message: str
) -> None:
    with pytest.raises(error, match=message) as raised:
        load_scenario(written(tmp_path, text))
    assert "\n" not in str(raised.value)


def test_left_is_left_of_the_edges_direction() -> None:
    patrol_map = load_scenario(ROOT / "config" / "scenarios" / "first_patrol.yaml").patrol_map
    middle = place_map(patrol_map, Place(1473, 0.5))
    left = place_map(patrol_map, Place(1473, 0.5, 2.0))
    ahead_x, ahead_y = middle.inverse_transform(left.x_m, left.y_m)
    assert ahead_x == pytest.approx(0.0, abs=1e-9)
    assert ahead_y == pytest.approx(2.0)
    assert math.isfinite(left.yaw_rad)
