"""The scene of a simulation: the world, where the vehicle starts, the seed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol_ros.places import dock_pose
from simulation.world import World, build_world


@dataclass(frozen=True)
class Scene:
    """What the simulator is opened with."""

    world: World
    start: Pose2
    seed: int


def open_scene(patrol_map: PatrolMap, scenario_file: str, start_dock: str) -> Scene:
    """The scenario's world, or an empty neighbourhood; raises ConfigError, ScenarioError."""
    if not scenario_file:
        return Scene(build_world(patrol_map), dock_pose(patrol_map, start_dock), 0)
    from simulation.scenario import load_scenario

    scenario = load_scenario(Path(scenario_file))
    world = build_world(
        patrol_map, scenario.people, parked_cars=scenario.parked_cars, seed=scenario.seed
    )
    return Scene(world, dock_pose(patrol_map, start_dock or scenario.start_dock), scenario.seed)
