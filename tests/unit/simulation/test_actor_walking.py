"""Walkers reach their places, keep out of walls, of each other and of the robot, obey lights."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.map import Building
from patrol.map_features import Crosswalk
from patrol.signals import SignalLight
from simulation.actors.company import Company
from simulation.actors.forces import social_step
from simulation.actors.kinds import ActorKind, Body
from simulation.actors.path import Path
from simulation.actors.script import Drive, Loiter, Repeat, Stay, Until, Walk
from simulation.actors.spec import ActorSpec, Look
from simulation.actors.state import Motion
from simulation.actors.walls import Walls
from tests.unit.simulation.stage_hands import (
    FAR_ROBOT,
    apart,
    now,
    person,
    place,
    play,
    robot_at,
    track,
    world_of,
)

NOBODY = np.zeros((0, 4))
NOTHING = np.zeros((0, 2))
WALL = Building("w", ((-5.0, 2.0), (25.0, 2.0), (25.0, 4.0), (-5.0, 4.0)), 6.0)


def test_a_lone_walker_reaches_its_speed_as_the_driving_force_says() -> None:
    wanted = np.array((1.3, 0.0))
    at, velocity = np.zeros(2), np.zeros(2)
    for _ in range(10):
        at, velocity = social_step(at, velocity, wanted, NOBODY, NOTHING, NOTHING, 0.1)
    # v(t) = v0 (1 - exp(-t / tau)), tau = 0.5 s
    assert velocity[0] == pytest.approx(1.3 * (1 - math.exp(-2.0)), rel=0.03)


def test_others_ahead_push_harder_than_those_behind() -> None:
    wanted = np.array((1.3, 0.0))
    ahead, behind = np.array([[0.6, 0.0, 0.0, 0.0]]), np.array([[-0.6, 0.0, 0.0, 0.0]])
    slowed = social_step(np.zeros(2), wanted, wanted, ahead, NOTHING, NOTHING, 0.1)[1]
    sped = social_step(np.zeros(2), wanted, wanted, behind, NOTHING, NOTHING, 0.1)[1]
    assert 1.3 - slowed[0] > 1.5 * (sped[0] - 1.3) > 0


def test_walks_a_path_to_its_end_and_stops() -> None:
    path = ((6.0, 0.0), (6.0, 4.0))
    company = Company(world_of(person("w", (0.0, 0.0), Walk(path_map=((0.0, 0.0), *path)))))
    play(company, 12.0)
    assert math.dist(place(company, "w"), (6.0, 4.0)) < 0.6
    assert now(company, "w").state.speed_mps == 0.0


def test_goes_to_and_fro() -> None:
    step = Walk(path_map=((0.0, 0.0), (8.0, 0.0)), speed_mps=1.5, repeat=Repeat.TO_AND_FRO)
    company = Company(world_of(person("w", (0.0, 0.0), step)))
    xs = [actor.state.x_m for actor in track(company, "w", 26.0)]
    assert max(xs) > 7.0
    assert min(xs[xs.index(max(xs)) :]) < 1.0


def test_a_walk_under_way_is_so_from_the_first_moment() -> None:
    step = Walk(path_map=((0.0, 0.0), (20.0, 0.0)), speed_mps=1.5, phase_s=8.0)
    company = Company(world_of(person("w", (0.0, 0.0), step)))
    assert place(company, "w") == pytest.approx((12.0, 0.0))
    play(company, 0.1)
    assert place(company, "w")[0] == pytest.approx(12.0, abs=0.3)


@settings(max_examples=12, deadline=None)
@given(st.floats(-1.0, 1.4), st.integers(0, 50))
def test_nobody_walks_into_a_wall(y_m: float, seed: int) -> None:
    walk = Walk(path_map=((-4.0, y_m), (9.0, 1.9)), speed_mps=1.4)
    company = Company(world_of(person("w", (-4.0, y_m), walk), seed=seed, buildings=[WALL]))
    assert all(a.state.y_m < 2.0 for a in track(company, "w", 9.0))


def test_people_who_meet_pass_each_other() -> None:
    company = Company(world_of(
        person("a", (-6.0, 0.0), Walk(path_map=((-6.0, 0.0), (6.0, 0.0)))),
        person("b", (6.0, 0.05), Walk(path_map=((6.0, 0.05), (-6.0, 0.05)))),
    ))  # fmt: skip
    nearest = math.inf
    for _ in range(150):
        company.step(0.1, FAR_ROBOT)
        nearest = min(nearest, apart(company, "a", "b"))
    assert nearest > 0.3
    assert place(company, "a")[0] > 5.0
    assert place(company, "b")[0] < -5.0


def test_a_standing_robot_is_walked_around_at_a_distance() -> None:
    robot = robot_at(0.0, 0.0)
    walk = Walk(path_map=((-8.0, 0.0), (8.0, 0.0)))
    company = Company(world_of(person("w", (-8.0, 0.0), walk)))
    seen = track(company, "w", 20.0, robot)
    nearest = min(
        float(np.hypot(*(robot.outline_map - (a.state.x_m, a.state.y_m)).T).min()) for a in seen
    )
    assert nearest > 0.35
    assert place(company, "w")[0] > 7.0


def test_steps_out_when_the_robot_comes_near() -> None:
    waits = Stay(until=Until(robot_within_m=6.0))
    company = Company(world_of(person("w", (0.0, 3.0), waits, Walk(path_map=((0.0, -3.0),)))))
    play(company, 5.0, robot_at(-12.0, 0.0))
    assert place(company, "w") == (0.0, 3.0)
    play(company, 2.0, robot_at(-5.0, 0.0))
    assert place(company, "w")[1] < 2.0


@pytest.mark.parametrize("obeys", [True, False])
def test_crosses_at_red_only_if_it_does_not_care(obeys: bool) -> None:
    walk = Walk(path_map=((20.0, -9.0), (20.0, 9.0)), obeys_signals=obeys)
    world = world_of(person("w", (20.0, -9.0), walk),
                     crosswalk=Crosswalk("x", "x", (2,), signalled=True))  # fmt: skip
    program = world.signals[0].program
    company = Company(world)
    begun_at_red = False
    for _ in range(1200):
        before = place(company, "w")[1]
        company.step(0.1, FAR_ROBOT)
        stepped_on = before < -6.0 <= place(company, "w")[1]
        red = program.at(company.now_s)[0] is SignalLight.DONT_WALK
        begun_at_red |= stepped_on and red
    assert place(company, "w")[1] > 8.0
    if obeys:
        assert not begun_at_red


def test_lets_a_car_pass_before_a_crosswalk_without_a_light() -> None:
    drives = Drive(path_map=((-20.0, 0.0), (58.0, 0.0)), speed_mps=8.0)
    car = ActorSpec("car", ActorKind.CAR, (-20.0, 0.0), script=(drives,))
    walk = Walk(path_map=((20.0, -6.4), (20.0, 9.0)))
    world = world_of(person("w", (20.0, -6.4), Stay(until=Until(for_s=3.5)), walk), car,
                     crosswalk=Crosswalk("x", "x", (2,)))  # fmt: skip
    company = Company(world)
    nearest = math.inf
    for _ in range(200):
        company.step(0.1, FAR_ROBOT)
        nearest = min(nearest, apart(company, "w", "car"))
    assert nearest > 2.0
    assert place(company, "w")[1] > 8.0


def test_loiters_within_its_circle() -> None:
    company = Company(world_of(person("l", (3.0, 3.0), Loiter(centre_map=(3.0, 3.0)))))
    seen = track(company, "l", 60.0)
    away = [math.dist((a.state.x_m, a.state.y_m), (3.0, 3.0)) for a in seen]
    assert max(away) < 2.6
    assert max(away) > 0.5
    assert {a.state.motion for a in seen} == {None, Motion.WALKING}


def test_a_drunk_weaves_and_still_gets_there() -> None:
    walk = Walk(path_map=((0.0, 0.0), (25.0, 0.0)))
    sober = Company(world_of(person("s", (0.0, 0.0), walk)))
    drunk = Company(world_of(person("s", (0.0, 0.0), walk, look=Look(drunk=True, carries=()))))
    straight = np.ptp([a.state.y_m for a in track(sober, "s", 20.0)])
    weaving = track(drunk, "s", 60.0)
    assert np.ptp([a.state.y_m for a in weaving]) > straight + 0.3
    assert max(abs(a.state.lean_rad) for a in weaving) > 0.1
    assert place(drunk, "s")[0] > 20.0


def test_old_people_walk_slowly_and_runners_run() -> None:
    old = person("o", (0.0, 0.0), Walk(path_map=((40.0, 0.0),)), look=Look(body=Body.OLD_MAN))
    runner = person("r", (0.0, 5.0), Walk(path_map=((40.0, 5.0),), speed_mps=4.0))
    company = Company(world_of(old, runner))
    play(company, 5.0)
    assert now(company, "o").state.speed_mps == pytest.approx(0.85, abs=0.1)
    assert now(company, "r").state.motion is Motion.RUNNING


@given(st.floats(0, 60), st.floats(0, 60))
def test_a_path_never_jumps(a: float, b: float) -> None:
    path = Path(((0.0, 0.0), (6.0, 0.0), (6.0, 4.0)), Repeat.TO_AND_FRO)
    assert math.dist(path.at(a), path.at(b)) <= abs(a - b) + 1e-6
    np.testing.assert_allclose(path.at(np.array([a, b])), (path.at(a), path.at(b)), atol=1e-9)


@given(st.floats(-8, 8), st.floats(-8, 8))
def test_nearest_points_of_walls_are_the_nearest(x_m: float, y_m: float) -> None:
    ring = ((-2.0, -2.0), (2.0, -2.0), (2.0, 2.0), (-2.0, 2.0))
    inside = abs(x_m) < 2 and abs(y_m) < 2
    gap = math.hypot(max(abs(x_m) - 2, 0), max(abs(y_m) - 2, 0))
    points = Walls([ring]).nearest_points(x_m, y_m)
    if not inside and gap < 3.0:
        assert float(np.hypot(*(points - (x_m, y_m)).T).min()) == pytest.approx(gap, abs=1e-9)
