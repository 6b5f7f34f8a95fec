"""The one truth for scoring, from physics, says what the renderer draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec
from simulation.actors.kinds import ActorKind, Body, Posture
from simulation.actors.people import stays
from simulation.actors.spec import ActorSpec, Look
from simulation.camera.mesh import rotation_map
from simulation.camera.panda import PandaRenderer
from simulation.camera.renderer import SceneNow
from simulation.mujoco.simulator import Simulator
from simulation.truth_box import TruthBox
from simulation.types import DriveCommand
from simulation.world import World, build_world

PLAIN = Look(body=Body.MAN, height_m=1.75, carries=())
ACTORS = {
    "man": stays("man", (6.0, 2.0), look=PLAIN),
    "lying": stays("lying", (7.0, -2.5), Posture.LYING_SUPINE, yaw_rad=1.2, look=PLAIN),
    "car": ActorSpec("car", ActorKind.CAR, (12.0, 4.5), 1.0),
    "dog": ActorSpec("dog", ActorKind.DOG, (5.0, -0.6), 1.5),
    "fire": ActorSpec("fire", ActorKind.FIRE, (9.0, 0.3), begins_m=0.9),
    "smoke": ActorSpec("smoke", ActorKind.SMOKE, (12.0, -4.5), begins_m=0.8),
    "bird": ActorSpec("bird", ActorKind.BIRD, (4.0, 0.6)),
}
# A capsule man holds his arms closer than the mesh; flames and smoke have no edge.
LEAST_OVERLAP = {"man": 0.65, "lying": 0.55, "car": 0.85, "dog": 0.55, "fire": 0.55, "smoke": 0.5,
                 "bird": 0.3}  # fmt: skip

Boxes = dict[str, TruthBox]


def overlap(a: TruthBox, b: TruthBox) -> float:
    """Intersection over union."""
    first, second = np.array(a.box_xyxy_px), np.array(b.box_xyxy_px)
    low, high = np.maximum(first, second)[:2], np.minimum(first, second)[2:]
    inside = float(np.prod(np.clip(high - low, 0.0, None)))
    areas = [float(np.prod(box[2:] - box[:2])) for box in (first, second)]
    return inside / (sum(areas) - inside)


@pytest.fixture(scope="module")
def both(plane_map: Callable[..., PatrolMap], goalie: VehicleSpec) -> tuple[Boxes, Boxes]:
    """Boxes by name: the simulator's, and those of what is drawn."""
    world: World = build_world(plane_map(), list(ACTORS.values()))
    car = Simulator(world, goalie, Pose2(0.0, 0.0, 0.0), cameras=False)
    car.step(DriveCommand(), 0.1)
    camera, pose = goalie.cameras[0], car.truth
    said = {box.name: box for box in car.boxes(camera)}
    renderer = PandaRenderer(world, [camera], "software", truth=True)
    place = np.array((pose.pose.x_m, pose.pose.y_m, 0.0))
    turn = rotation_map(pose.pose.yaw_rad, pose.pitch_rad, pose.roll_rad)
    drawn = renderer.drawn_boxes(camera, place, turn, SceneNow(car.actors, 0.1))
    renderer.close()
    return said, {box.name: box for box in drawn}


@pytest.mark.parametrize("name", ACTORS)
def test_the_truth_is_what_is_drawn(both: tuple[Boxes, Boxes], name: str) -> None:
    said, drawn = both[0][name], both[1][name]
    assert said.class_name == drawn.class_name == ACTORS[name].kind.value
    assert overlap(said, drawn) >= LEAST_OVERLAP[name]
    assert said.distance_m == pytest.approx(drawn.distance_m, abs=1.0)
    assert said.visible == pytest.approx(drawn.visible, abs=0.35)


def test_boxes_come_nearest_first_and_once(
    plane_map: Callable[..., PatrolMap], goalie: VehicleSpec
) -> None:
    world = build_world(plane_map(), list(ACTORS.values()))
    boxes = Simulator(world, goalie, Pose2(0.0, 0.0, 0.0), cameras=False).boxes(goalie.cameras[0])
    assert sorted(box.name for box in boxes) == sorted(ACTORS)
    assert [b.distance_m for b in boxes] == sorted(b.distance_m for b in boxes)
