"""Baked bodies take every pose, stand on the ground, and lie where they should."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.actors.kinds import BODY_HEIGHT_M, LYING, Accessory, ActorKind, Body, Posture
from simulation.actors.looks import Outfit
from simulation.actors.state import ActorState, Motion
from simulation.camera.cars import car_shape
from simulation.camera.figures import PHASES, figure_key, shape_for
from simulation.camera.poses import POSTURES, falling, rising
from simulation.camera.shape import AIR, ThermalShade
from simulation.camera.skin import posed, skin_of
from simulation.props import CAR_SIZE_M, CarBody

WALKS = (Motion.WALKING, Motion.RUNNING, Motion.FIGHTING, Motion.BENDING, Motion.REACHING,
         Motion.PUSHING)  # fmt: skip


def points(outfit: Outfit, kind: ActorKind = ActorKind.PERSON, **state: object) -> np.ndarray:
    now = ActorState(0.0, 0.0, 0.0, **state)
    return np.concatenate(shape_for(outfit, kind, figure_key(kind, now)).points)


@pytest.mark.parametrize("body", list(Body))
def test_every_body_stands_as_tall_as_it_says(body: Body) -> None:
    standing = points(Outfit(body=body))
    assert standing[:, 2].min() == pytest.approx(0.0, abs=0.02)
    assert standing[:, 2].max() == pytest.approx(BODY_HEIGHT_M[body], rel=0.04)
    tall = points(Outfit(body=body, scale=1.1))
    assert tall[:, 2].max() == pytest.approx(1.1 * standing[:, 2].max())


@pytest.mark.parametrize(("body", "posture"), list(itertools.product(Body, Posture)))
def test_every_posture_is_on_the_ground(body: Body, posture: Posture) -> None:
    placed = points(Outfit(body=body), posture=posture)
    low, high = placed.min(axis=0), placed.max(axis=0)
    assert low[2] == pytest.approx(0.0, abs=2e-3)
    if posture in LYING:
        assert high[2] < 0.34 * BODY_HEIGHT_M[body]
        assert (low[0] + high[0]) / 2 == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize(("body", "posture"), list(itertools.product(Body, sorted(LYING))))
def test_who_lies_lies_on_the_trunk_not_on_a_hand(body: Body, posture: Posture) -> None:
    lying = posed(skin_of(body), POSTURES[posture])
    hips_m = lying.at("pelvis")[1][2] - lying.points[:, 2].min()
    assert hips_m < 0.17 * BODY_HEIGHT_M[body]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(WALKS), st.floats(0, 50), st.sampled_from(list(Body)))
def test_whoever_moves_upright_keeps_over_its_place(
    motion: Motion, phase: float, body: Body
) -> None:
    share = phase % 1.0 if motion is Motion.BENDING else phase
    moving = points(Outfit(body=body), motion=motion, phase=share)
    assert moving[:, 2].min() == pytest.approx(0.0, abs=2e-3)
    assert np.abs(moving[:, :2].mean(axis=0)).max() < 0.45
    assert np.isfinite(moving).all()


@pytest.mark.parametrize("posture", [*sorted(LYING), Posture.SITTING])
def test_a_fall_begins_upright_and_ends_lying(posture: Posture) -> None:
    skin = skin_of(Body.MAN)
    heights = [
        posed(skin, falling(posture, share)).points[:, 2].max() for share in (0.0, 0.5, 0.8, 1.0)
    ]
    assert heights[0] > 1.6
    assert heights[0] > heights[1] > heights[2]
    assert heights[3] < 1.0
    lying = posed(skin, POSTURES[posture]).points
    np.testing.assert_allclose(posed(skin, falling(posture, 1.0)).points, lying, atol=1e-6)
    np.testing.assert_allclose(posed(skin, rising(posture, 0.0)).points, lying, atol=1e-6)
    assert posed(skin, rising(posture, 1.0)).points[:, 2].max() > 1.6


@given(st.floats(0, 1e4), st.sampled_from(sorted(PHASES)))
def test_pictures_of_a_motion_are_few(phase: float, motion: Motion) -> None:
    state = ActorState(0.0, 0.0, 0.0, motion=motion, phase=phase)
    number = figure_key(ActorKind.PERSON, state)[2]
    assert 0 <= number <= 3 * PHASES[motion]


@pytest.mark.parametrize("thing", list(Accessory))
def test_everything_that_can_be_carried_shows(thing: Accessory) -> None:
    bare, carrying = Outfit(), Outfit(carries=(thing,))
    walking = {"motion": Motion.WALKING, "phase": 0.25}
    assert len(points(carrying, **walking)) > len(points(bare, **walking))


@pytest.mark.parametrize("kind", [k for k in ActorKind if k not in (ActorKind.FIRE,
                                                                    ActorKind.SMOKE)])  # fmt: skip
def test_every_kind_has_a_shape(kind: ActorKind) -> None:
    motion = Motion.STILL if kind is not ActorKind.PERSON else None
    size = np.ptp(points(Outfit(), kind, motion=motion), axis=0)
    assert 0.05 < size.max() < 5.5


@pytest.mark.parametrize("body", list(CarBody))
def test_a_car_is_as_large_as_its_body_says(body: CarBody) -> None:
    size = np.ptp(np.concatenate(car_shape(body, (0.5, 0.5, 0.5), AIR).points), axis=0)
    length, width, height = CAR_SIZE_M[body]
    assert size[0] == pytest.approx(length, rel=0.02)
    assert width <= size[1] < width + 0.5  # mirrors
    assert size[2] == pytest.approx(height, rel=0.03)


@given(st.floats(-24, 100))
def test_thermal_grey_keeps_half_a_degree(degrees: float) -> None:
    shade = ThermalShade()
    level = np.array([math.floor(float(shade.grey(np.array(degrees))) * 255)], np.uint8)
    assert float(shade.degrees_c(level)[0]) == pytest.approx(degrees, abs=0.26)
