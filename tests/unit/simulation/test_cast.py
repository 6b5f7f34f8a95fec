"""Actors have bodies in the physics: one form at a time, where their state says."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec
from simulation.actors.kinds import ActorKind, Posture
from simulation.actors.script import CoverCamera, Fall, Push, Stay, Swing, Until, Vanish
from simulation.actors.spec import ActorSpec, Look
from simulation.mujoco.cast import AWAY_M, Cast
from simulation.mujoco.people_mjcf import body_names
from simulation.mujoco.plant import Plant
from simulation.world import build_world
from tests.unit.simulation.stage_hands import bare_map, person, robot_at

FALLS = (Stay(until=Until(for_s=1.0)), Fall(to=Posture.LYING_PRONE, duration_s=1.0))


def cast_of(goalie: VehicleSpec, *actors: ActorSpec) -> tuple[Cast, Plant]:
    world = build_world(bare_map(), actors)
    plant = Plant(world, goalie, Pose2(-20.0, 0.0, 0.0))
    return Cast(world, plant), plant


def height_of(plant: Plant, body: str) -> float:
    mujoco.mj_forward(plant.model, plant.data)
    return float(plant.data.body(body).xpos[2])


def top_seen(plant: Plant, x_m: float, y_m: float) -> float:
    """Height above the ground of whatever is highest at a place."""
    mujoco.mj_forward(plant.model, plant.data)
    start, down, geom = (
        np.array((x_m, y_m, 5.0)),
        np.array((0.0, 0.0, -1.0)),
        np.zeros(1, np.int32),
    )
    groups = np.array((1, 0, 0, 0, 0, 0), np.uint8)
    reach = mujoco.mj_ray(plant.model, plant.data, start, down, groups, 1, -1, geom)
    return max(0.0, 5.0 - float(reach)) if geom[0] >= 0 else 0.0


def test_whoever_falls_becomes_flat(goalie: VehicleSpec) -> None:
    cast, plant = cast_of(goalie, person("p", (5.0, 0.0), *FALLS, look=Look(height_m=1.8)))
    assert body_names(cast.now[0].spec) == ["person p", "person p flat"]
    assert 1.6 < top_seen(plant, 5.02, 0.0) < 1.9
    assert height_of(plant, "person p flat") == AWAY_M
    cast.step(2.5, None)
    assert 0.1 < top_seen(plant, 5.0, 0.0) < 0.5
    assert height_of(plant, "person p") == AWAY_M


def test_who_is_nowhere_has_no_body(goalie: VehicleSpec) -> None:
    cast, plant = cast_of(goalie, person("p", (5.0, 0.0), Vanish(until=Until(for_s=1.0)), Stay()))
    assert top_seen(plant, 5.02, 0.0) == 0.0
    cast.step(1.5, None)
    assert top_seen(plant, 5.02, 0.0) > 1.3


@pytest.mark.parametrize("kind", list(ActorKind))
def test_every_kind_can_be_in_the_physics(goalie: VehicleSpec, kind: ActorKind) -> None:
    cast, plant = cast_of(goalie, ActorSpec("x", kind, (5.0, 0.0)))
    cast.step(0.2, None)
    bodiless = kind in (ActorKind.FIRE, ActorKind.SMOKE, ActorKind.BIRD, ActorKind.PLASTIC_BAG)
    assert (top_seen(plant, 5.02, 0.0) == 0.0) == bodiless


def test_an_open_door_leaves_the_way_free(goalie: VehicleSpec) -> None:
    door = ActorSpec("d", ActorKind.DOOR, (5.0, 0.0), script=(Swing(to_rad=1.57),))
    cast, plant = cast_of(goalie, door)
    assert top_seen(plant, 5.5, 0.0) > 1.9
    cast.step(3.0, None)
    assert top_seen(plant, 5.5, 0.0) == 0.0
    assert top_seen(plant, 5.0, 0.5) > 1.9


def test_pushes_and_covers_come_out(goalie: VehicleSpec) -> None:
    cast, _ = cast_of(
        goalie, person("p", (0.4, 2.0), Push()), person("c", (3.0, 0.0), CoverCamera())
    )
    cast.step(5.0, robot_at(0.0, 0.0))
    assert [push.actor for push in cast.pushes] == ["p"]
    assert cast.scene().covered == {""}
    assert cast.scene().now_s == pytest.approx(5.0)
