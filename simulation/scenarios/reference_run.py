"""Reference run: before a scene an operator has driven past, twice by day and once by night.

The same world in the state that the actors' entries describe (doors shut, things where they
belong), nobody about, in three other hours and weathers, drawn by seed. Poses err as the
localization's do. The pictures go through `PerceptionPipeline.step` with
`changed_property.references.record` set, as on a vehicle; nobody is in them, so no network looks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2, StampedPose
from patrol.map import PatrolMap
from perception.camera_rays import rotation
from perception.config import load_perception_config
from perception.detectors.scripted import ScriptedDetector
from perception.evidence import EvidenceRecorder
from perception.eye import Eye
from perception.incidents import IncidentBook
from perception.map_view import PatrolMapView
from perception.pipeline import PerceptionPipeline
from perception.reference_views import ReferenceStore
from perception.rules.changed_property import ChangedPropertyRule
from perception.types import Frame
from simulation.actors.company import ActorNow, Company
from simulation.actors.kinds import THINGS, ActorKind
from simulation.camera.renderer import SceneNow, open_renderer
from simulation.conditions import Conditions, Weather
from simulation.scenarios.folders import PERCEPTION_FILE
from simulation.scenarios.scenario import Scenario
from simulation.terrain import attitude_on
from simulation.world import World

STEP_M = 0.22  # between pictures
FROM_M, TO_M = 18.0, 3.5  # before the scene's middle
HOURS = ((8.0, 12.0), (12.0, 17.0), (19.6, 23.9))  # of three runs
WEATHERS = (Weather.CLEAR, Weather.CLOUDY, Weather.RAIN)
PICTURE_S = 0.2
DAY_S = 86_400.0
ASIDE_M, SWAY_M, SWAY_RAD = 0.3, 0.1, 0.02  # of a driver's line against the way's middle
PLACE_SIGMA_M, YAW_SIGMA_RAD, TILT_SIGMA_RAD = 0.04, 0.004, 0.002
STAYS = THINGS | {ActorKind.DOOR}


def record_references(
    scenario: Scenario,
    world: World,
    patrol_map: PatrolMap,
    folder: Path,
    epoch_s: Callable[[float], float],
) -> None:
    """Fill a folder with reference views; `epoch_s` turns an hour of the run's day into a stamp.

    Raises ConfigError where nothing can be rendered.
    """
    rng = np.random.default_rng([scenario.seed, 61])
    for hours in HOURS:
        weather = WEATHERS[int(rng.integers(len(WEATHERS)))]
        conditions = Conditions(float(rng.uniform(*hours)), weather)
        there = dataclasses.replace(world, conditions=conditions)
        begin_s = epoch_s(conditions.hour_h) - DAY_S
        _drive_past(scenario, there, patrol_map, folder, begin_s, rng)


def _drive_past(
    scenario: Scenario,
    world: World,
    patrol_map: PatrolMap,
    folder: Path,
    begin_s: float,
    rng: np.random.Generator,
) -> None:
    spec, camera = scenario.spec, scenario.spec.cameras[0]
    pipeline = _recorder(scenario, patrol_map, folder)
    renderer = open_renderer(world, spec.cameras)
    still = [actor for actor in Company(world).now if actor.spec.kind in STAYS]
    aside_m = float(rng.uniform(-ASIDE_M, ASIDE_M))
    errors = rng.normal(0.0, [PLACE_SIGMA_M, PLACE_SIGMA_M, YAW_SIGMA_RAD, *[TILT_SIGMA_RAD] * 2])
    try:
        for number, line in enumerate(scenario.reference_poses):
            t_s = number * PICTURE_S
            sway = number * STEP_M
            x_m, y_m = line.transform(0.0, aside_m + SWAY_M * float(np.sin(sway)))
            pose = Pose2(x_m, y_m, line.yaw_rad + SWAY_RAD * float(np.cos(sway)))
            place, turn, tilt = _standing(world, pose)
            picture = renderer.render(camera, place, turn, _scene(still, t_s))
            believed = StampedPose(
                begin_s + t_s,
                Pose2(pose.x_m + errors[0], pose.y_m + errors[1], pose.yaw_rad + errors[2]),
                np.diag([PLACE_SIGMA_M**2, PLACE_SIGMA_M**2, YAW_SIGMA_RAD**2]),
                STEP_M / PICTURE_S,
                0.0,
                tilt[0] + float(errors[3]),
                tilt[1] + float(errors[4]),
            )
            frame = Frame(believed.stamp_s, picture, camera)
            pipeline.step(frame, believed, None, believed.stamp_s)
    finally:
        renderer.close()
        pipeline.close()


def _standing(
    world: World, pose: Pose2
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[float, float]]:
    """base_link of a vehicle that stands there: place (3,), rotation (3, 3), roll and pitch."""
    roll, pitch = attitude_on(world.terrain, pose.x_m, pose.y_m, pose.yaw_rad)
    z_m = float(world.terrain.height_at(pose.x_m, pose.y_m))
    return np.array([pose.x_m, pose.y_m, z_m]), rotation(roll, pitch, pose.yaw_rad), (roll, pitch)


def _scene(still: Sequence[ActorNow], t_s: float) -> SceneNow:
    return SceneNow(still, t_s)


def _recorder(scenario: Scenario, patrol_map: PatrolMap, folder: Path) -> PerceptionPipeline:
    """A pipeline that makes reference views and does nothing else."""
    config = load_perception_config(PERCEPTION_FILE)
    own = config.changed_property
    recording = dataclasses.replace(
        own, references=dataclasses.replace(own.references, record=True)
    )
    store = ReferenceStore(folder, recording.references)
    return PerceptionPipeline(
        config,
        scenario.spec,
        ScriptedDetector(lambda _picture: ()),
        [Eye(scenario.spec.cameras[0], config.camera, [ChangedPropertyRule(recording, store)])],
        (),
        IncidentBook(config.incidents, patrol_map.map_id),
        EvidenceRecorder(config.evidence, folder / "unused", scenario.spec.cameras[0].rate_hz),
        map_view=PatrolMapView(patrol_map),
    )
