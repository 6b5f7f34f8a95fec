"""Scenario files: the shipped ones fit their maps; wrong ones get one clear line."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Point, box
from shapely.ops import unary_union

from patrol.errors import ConfigError, MapError, SunraError
from simulation.actors.kinds import LYING, LYING_HALF_LENGTH_M, LYING_HALF_WIDTH_M
from simulation.actors.script import Stay, Walk
from simulation.scenarios.cast import ENTRIES, STEPS
from simulation.scenarios.collect import collect
from simulation.scenarios.load import load_scenario
from simulation.scenarios.places import Place, place_map
from simulation.world import ScenarioError

ROOT = Path(__file__).parents[4]
SCENARIOS = ROOT / "config" / "scenarios"
GROUND = ROOT / "maps" / "proving_ground.geojson"
FIRST_PATROL = SCENARIOS / "first_patrol.yaml"
LYING_CLEAR_M = 0.9
HEAD = f"title: t\nmap: {GROUND}\n"
DOCK = "vehicles: [{dock: dock-1}]\n"
OK = HEAD + DOCK


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "s.yaml"
    path.write_text(text)
    return path


def test_every_shipped_scenario_is_valid_and_says_what_must_happen() -> None:
    scenarios = collect([SCENARIOS])
    assert len(scenarios) > 200
    assert len({scenario.id for scenario in scenarios}) == len(scenarios)
    for scenario in scenarios:
        assert scenario.expectations or scenario.path == FIRST_PATROL, scenario.id


def test_first_patrol_leaves_the_routes_free() -> None:
    scenario = load_scenario(FIRST_PATROL)
    nodes = scenario.patrol_map.nodes
    lines = unary_union([
        LineString([(nodes[e.start_id].x_m, nodes[e.start_id].y_m),
                    (nodes[e.end_id].x_m, nodes[e.end_id].y_m)])
        for e in scenario.patrol_map.edges.values()
    ])  # fmt: skip
    for actor in scenario.actors:
        step = actor.script[0] if actor.script else Stay()
        if isinstance(step, Stay) and step.posture in LYING:
            body = box(-LYING_HALF_LENGTH_M, -LYING_HALF_WIDTH_M,
                       LYING_HALF_LENGTH_M, LYING_HALF_WIDTH_M)  # fmt: skip
            body = translate(rotate(body, actor.yaw_rad, (0, 0), True), *actor.place_map)
            assert body.distance(lines) >= LYING_CLEAR_M, actor.name
        elif isinstance(step, Walk):
            assert LineString(step.path_map).distance(lines) >= 1.1, actor.name
        else:
            assert Point(actor.place_map).distance(lines) >= 1.1, actor.name


def test_the_vehicle_starts_on_its_dock_or_beside_an_edge(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, OK))
    assert scenario.start.yaw_rad == scenario.patrol_map.dock("dock-1").heading_rad
    text = HEAD + "vehicles: [{start: {edge_id: 103, fraction: 0.5, left_m: 1.0}}]\n"
    beside = load_scenario(written(tmp_path, text))
    assert (beside.start.x_m, beside.start.y_m) == pytest.approx((26.0, 1.0))
    with pytest.raises(ConfigError, match="starts on no dock"):
        _ = beside.dock


def test_every_step_of_actors_can_be_written() -> None:
    assert set(ENTRIES) == set(STEPS) >= {"stay", "walk", "drive", "fall", "put_down", "vanish"}


def test_a_walk_in_the_file_is_a_walk_on_the_map(tmp_path: Path) -> None:
    text = OK + (
        "actors:\n"
        "  - name: anna\n"
        "    at: {edge_id: 103, fraction: 0.0}\n"
        "    look: {body: old_woman, carries: [stick]}\n"
        "    does:\n"
        "      - {kind: stay, until: {robot_within_m: 8}}\n"
        "      - {kind: walk, path: [{edge_id: 103, fraction: 1.0}], speed_mps: 1}\n"
    )
    (anna,) = load_scenario(written(tmp_path, text)).actors
    stay, walk = anna.script
    assert stay.until.robot_within_m == 8
    assert isinstance(walk, Walk)
    assert walk.path_map == ((40.0, 0.0),)
    assert walk.speed_mps == 1.0


def test_a_scenario_says_whether_houses_hide_satellites(tmp_path: Path) -> None:
    assert load_scenario(written(tmp_path, OK + "gnss_shadow: true\n")).gnss_shadow
    assert not load_scenario(written(tmp_path, OK)).gnss_shadow


ACTOR = "actors: [{name: a, at: {edge_id: 103%s}}]\n"
EVENT = "events: [{kind: push, force_n: 10, at_s: 5}]\n"
FAULT = "faults: [{inject: lidar_lost, at_s: 5, for_s: 1}]\n"
EXPECT = "expect:\n  - {%s}\n"


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (OK + "colour: red\n", ConfigError, "s.yaml:4: unknown key 'colour'"),
        (HEAD, ConfigError, "key 'vehicles' is missing"),
        (HEAD + "vehicles: []\n", ConfigError, "vehicles: 0 are listed"),
        (HEAD + "vehicles: [{}]\n", ConfigError, "give either dock or start"),
        (OK.replace("dock-1", "dock-9"), ScenarioError, "s.yaml:3: vehicles: .*'dock-9'"),
        (OK.replace("proving", "nowhere"), MapError, "nowhere_ground.geojson"),
        (OK + "parked_cars: -1\n", ConfigError, "s.yaml:4: parked_cars: -1 is outside"),
        (OK + "hour_h: 25\n", ConfigError, "s.yaml:4: hour_h: 25 is outside"),
        (OK + "duration_s: 0\n", ConfigError, "duration_s: 0 is outside"),
        (OK + "actors: [{name: a, kind: dragon, at: {edge_id: 103}}]\n", ConfigError,
         "s.yaml:4: kind: 'dragon' is none of: person"),
        (OK + "pits: [{name: p, at: {edge_id: 7}, size_m: [1, 1], depth_m: 1}]\n", ScenarioError,
         "s.yaml:4: pits: edge_id 7: proving-ground has no such edge"),
        (OK + "pits: [{name: p, at: {edge_id: 103}, size_m: [1], depth_m: 1}]\n", ConfigError,
         r"s.yaml:4: size_m: \[1.0\] is not a length and a width in \[0.05, 100\]"),
        (OK + "pits: [{name: p, at: {edge_id: 103}, size_m: [1, 1], depth_m: 0}]\n", ConfigError,
         r"s.yaml:4: depth_m: 0 is outside \[0.01, 10\]"),
        (OK + "actors: [{name: a, at: {edge_id: 7}}]\n", ScenarioError,
         "s.yaml:4: actors: actor 'a': edge_id 7: proving-ground has no such edge"),
        (OK + ACTOR % ", fraction: 2", ConfigError, r"outside \[0, 1\]"),
        (OK + ACTOR % ", left_m: -9", ScenarioError, "inside building street-1"),
        (
            OK + "actors: [{name: ann, at: {edge_id: 103}, does: [{kind: stay, facing: eve}]}]\n",
            ScenarioError,
            "actors: actor 'ann' names 'eve', who is no actor",
        ),
        (OK + "actors: [{name: a, at: {edge_id: 103}, does: [{kind: dance}]}]\n", ConfigError,
         "kind 'dance' is unknown; allowed: stay"),
        (OK + "events: [{kind: push, force_n: 10, at_s: -2}]\n", ConfigError,
         r"s.yaml:4: at_s: -2 is before the start \(0\)"),
        (OK + "events: [{kind: push, force_n: 10}]\n", ConfigError, "either at_s or when"),
        (OK + "events: [{force_n: 10, at_s: 1}]\n", ConfigError, "key 'kind' is missing"),
        (OK + "events: [{kind: push, force_n: 10, at_s: 500}]\n", ScenarioError,
         "s.yaml:4: events: push: at_s: 500 is after the scenario's end"),
        (OK + EVENT + "expect: [{kind: stops, after: bang, within_s: 1}]\n", ScenarioError,
         "s.yaml:5: expect: stops: no event or fault 'bang'; known: push, start"),
        (OK + "faults: [{inject: lidar_eaten, at_s: 1}]\n", ConfigError,
         "inject: 'lidar_eaten' is no fault; known: lidar_lost"),
        (OK + "faults: [{inject: lidar_lost, at_s: 1, for_s: 0}]\n", ConfigError, "above 0"),
        (OK + FAULT + FAULT.replace("faults", "events"), ConfigError, "key 'kind' is missing"),
        (OK + "expect:\n  - {kind: finishes, within_s: 9}\n  - {kind: does_not_finish}\n",
         ScenarioError, "contradicts 'does not finish its order'"),
        (OK + EXPECT % "kind: finishes, within_s: 999", ScenarioError, "looks beyond"),
        (OK + EXPECT % "kind: finishes, within_s: -1", ConfigError, "within_s: -1 must be above"),
        (OK + EXPECT % "kind: reaches, checkpoint: cp-x, within_s: 9", ScenarioError, "'cp-x'"),
        (OK + EXPECT % "kind: speed_at_most, mps: 1, zone: z", ScenarioError, "no zone 'z'"),
        (OK + EXPECT % "kind: keeps_away, actor: bob, at_least_m: 1", ScenarioError, "'bob'"),
        (OK + EXPECT % "kind: crosses_on_walk, crosswalk: cw-plain", ScenarioError,
         "no signalled crosswalk 'cw-plain'; known: cw-signalled"),
        (OK + EXPECT % "kind: keeps_away, actor: lamp 1, at_least_m: 1", ScenarioError, "lamp 1"),
        (OK + EXPECT % "kind: visible, who: []", ConfigError, "s.yaml:5: who: nobody is named"),
        (OK + EXPECT % "kind: shows, who: [], definition: {kind: lies}", ConfigError, "nobody"),
        (OK + EXPECT % "kind: shows, who: [lamp 1], definition: {kind: lies}", ConfigError,
         "who: 'lamp 1' can never be lies"),
        (OK + EXPECT % "kind: does_not_show, who: [a], definition: {kind: lamp_dark}", ConfigError,
         "who: 'a' can never be lamp_dark"),
        (OK + EXPECT % "kind: does_not_show, definition: {kind: loiters, zone: [{edge_id: 7},"
         " {edge_id: 7}, {edge_id: 7}]}", ScenarioError,
         "s.yaml:5: expect: edge_id 7: proving-ground has no such edge"),
        (OK + EXPECT % "kind: hopes", ConfigError, "kind 'hopes' is unknown; allowed: finishes"),
    ],
)  # fmt: skip
def test_wrong_files_get_one_line(
    tmp_path: Path, text: str, error: type[SunraError], message: str
) -> None:
    with pytest.raises(error, match=message) as raised:
        load_scenario(written(tmp_path, text))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("table", ["faults/matrix.yaml", "seeing/events.yaml"])
def test_a_table_of_scenarios_is_refused_with_the_way_to_run_it(table: str) -> None:
    path = ROOT / "config" / "scenarios" / table
    with pytest.raises(ConfigError, match=f"`sunra simulate suite {path}`$"):
        load_scenario(path)


def test_left_is_left_of_the_edges_direction() -> None:
    patrol_map = load_scenario(FIRST_PATROL).patrol_map
    middle = place_map(patrol_map, Place(1473, 0.5))
    left = place_map(patrol_map, Place(1473, 0.5, 2.0))
    ahead_x, ahead_y = middle.inverse_transform(left.x_m, left.y_m)
    assert ahead_x == pytest.approx(0.0, abs=1e-9)
    assert ahead_y == pytest.approx(2.0)
    assert math.isfinite(left.yaw_rad)
