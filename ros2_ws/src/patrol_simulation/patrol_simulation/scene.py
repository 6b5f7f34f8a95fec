"""The scene of a simulation: the world, where the vehicle starts, the seed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from patrol.errors import ConfigError
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol_ros.places import dock_pose, start_pose
from simulation.scenarios.load import load_scenario
from simulation.scenarios.scenario import Scenario
from simulation.types import SensorOptions
from simulation.world import World, build_world


@dataclass(frozen=True)
class Scene:
    """What the simulator is opened with; `scenario` None is an empty neighbourhood."""

    world: World
    start: Pose2
    seed: int
    scenario: Scenario | None = None

    @property
    def options(self) -> SensorOptions:
        """How the sensors err."""
        scenario = self.scenario
        return SensorOptions(gnss_shadow=scenario is not None and scenario.gnss_shadow)


def open_scene(
    patrol_map: PatrolMap, scenario_file: str, start_place: str, start_dock: str
) -> Scene:
    """The scenario's world, or an empty neighbourhood.

    Raises ConfigError where the scenario is of another map than the vehicle, and what
    `load_scenario` raises.
    """
    if not scenario_file:
        return Scene(build_world(patrol_map), start_pose(patrol_map, start_place, start_dock), 0)
    scenario = load_scenario(Path(scenario_file))
    if scenario.patrol_map.content_hash != patrol_map.content_hash:
        raise ConfigError(
            f"{scenario_file}: its map {scenario.map_path} is not the vehicle's"
            f" {patrol_map.map_id!r}"
        )
    start = dock_pose(patrol_map, start_dock) if start_dock else scenario.start
    return Scene(scenario.build_world(), start, scenario.seed, scenario)
