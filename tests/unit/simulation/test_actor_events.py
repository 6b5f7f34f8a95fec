"""What perception must judge can be played: falls, fights, bags, fires, and those at the robot."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.actors.company import Company
from simulation.actors.kinds import ActorKind, Posture
from simulation.actors.script import (
    Block,
    CoverCamera,
    Drift,
    Drive,
    Fall,
    Fight,
    Flee,
    GetUp,
    Grow,
    PickUp,
    Pursue,
    Push,
    PutDown,
    Stay,
    Swing,
    Until,
    Vanish,
    Walk,
)
from simulation.actors.spec import ActorSpec
from simulation.actors.state import Motion
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


@pytest.mark.parametrize(
    ("to", "turned_rad"),
    [(Posture.LYING_SUPINE, math.pi), (Posture.LYING_PRONE, 0.0), (Posture.CURLED, math.pi / 2)],
)
def test_falls_so_that_the_head_lies_where_it_fell(to: Posture, turned_rad: float) -> None:
    falls = Fall(to=to, duration_s=1.0)
    company = Company(world_of(person("p", (0.0, 0.0), Stay(until=Until(for_s=1.0)), falls)))
    phases = [a.state.phase for a in track(company, "p", 1.9) if a.state.motion is Motion.FALLING]
    assert phases == sorted(phases)
    play(company, 1.0)
    state = now(company, "p").state
    assert (state.motion, state.posture) == (None, to)
    assert math.remainder(state.yaw_rad - turned_rad, math.tau) == pytest.approx(0, abs=1e-6)


def test_gets_up_again_facing_as_before() -> None:
    script = (Stay(until=Until(for_s=0.5)), Fall(until=Until(for_s=6.0)), GetUp(duration_s=2.0))
    company = Company(world_of(person("p", (0.0, 0.0), *script, yaw_rad=0.7)))
    play(company, 10.0)
    state = now(company, "p").state
    assert (state.motion, state.posture) == (None, Posture.STANDING)
    assert state.yaw_rad == pytest.approx(0.7, abs=1e-6)


def test_fighters_close_in_and_move_fast() -> None:
    company = Company(world_of(
        person("a", (0.0, 0.0), Fight(opponent="b")), person("b", (4.0, 0.0), Fight(opponent="a")),
    ))  # fmt: skip
    play(company, 4.0)
    seen = track(company, "a", 6.0)
    assert all(a.state.motion is Motion.FIGHTING for a in seen)
    assert 0.3 < apart(company, "a", "b") < 1.6
    assert float(np.mean([a.state.speed_mps for a in seen])) > 0.5
    assert seen[-1].state.phase - seen[0].state.phase > 6.0
    assert seen[-1].state.sound_dba > 75.0


def test_an_owner_leaves_a_bag_and_walks_away() -> None:
    owner = person("o", (0.0, 0.0), Walk(path_map=((4.0, 0.0),)), PutDown(thing="bag"),
                   Walk(path_map=((20.0, 0.0),)))  # fmt: skip
    bag = ActorSpec("bag", ActorKind.BAG, (0.0, 0.0), held_by="o")
    company = Company(world_of(owner, bag))
    play(company, 2.0)
    assert apart(company, "o", "bag") < 0.5
    assert now(company, "bag").state.z_offset_m > 0.3
    play(company, 25.0)
    left = place(company, "bag")
    assert math.dist(left, (4.0, 0.0)) < 1.0
    assert now(company, "bag").state.z_offset_m == 0.0
    assert apart(company, "o", "bag") > 10.0


def test_a_thief_takes_the_bag_along() -> None:
    thief = person("t", (6.0, 0.0), PickUp(thing="bag"), Walk(path_map=((20.0, 0.0),)))
    company = Company(world_of(thief, ActorSpec("bag", ActorKind.BAG, (2.0, 0.0))))
    play(company, 30.0)
    assert place(company, "bag")[0] > 18.0
    assert apart(company, "t", "bag") < 0.5


def test_a_pursuer_catches_a_slower_one() -> None:
    company = Company(world_of(
        person("p", (-8.0, 0.0), Pursue(target="v", speed_mps=4.5)),
        person("v", (0.0, 0.0), Walk(path_map=((55.0, 0.0),), speed_mps=3.0)),
    ))  # fmt: skip
    nearest, ran = math.inf, False
    for _ in range(90):
        company.step(0.1, FAR_ROBOT)
        nearest = min(nearest, apart(company, "p", "v"))
        ran |= now(company, "p").state.motion is Motion.RUNNING
    assert ran
    assert nearest < 1.0


def test_whoever_blocks_follows_the_nose_of_the_robot() -> None:
    company = Company(world_of(person("b", (4.0, 2.0), Block(distance_m=1.0))))
    play(company, 6.0, robot_at(0.0, 0.0))
    assert math.dist(place(company, "b"), (2.235, 0.0)) < 0.3
    play(company, 8.0, robot_at(0.0, 0.0, math.pi / 2))
    assert math.dist(place(company, "b"), (0.0, 2.235)) < 0.35
    assert now(company, "b").state.yaw_rad == pytest.approx(-math.pi / 2, abs=0.3)


def test_a_push_is_a_force_away_from_the_one_who_pushes() -> None:
    company = Company(world_of(person("p", (0.4, 5.0), Push(force_n=250.0))))
    play(company, 6.0, robot_at(0.0, 0.0))
    (push,) = company.pushes
    assert math.hypot(*push.force_map) == pytest.approx(250.0)
    assert push.force_map[1] < -200.0
    play(company, 0.1, None)
    assert company.pushes == []


def test_a_hand_covers_a_camera_only_once_there() -> None:
    company = Company(world_of(person("c", (8.0, 0.0), CoverCamera(camera="front"))))
    play(company, 0.5, robot_at(0.0, 0.0))
    assert company.covered == frozenset()
    play(company, 8.0, robot_at(0.0, 0.0))
    assert company.covered == {"front"}


def test_a_car_brakes_for_whoever_stands_in_its_way() -> None:
    drives = Drive(path_map=((-40.0, 0.0), (30.0, 0.0)), speed_mps=10.0)
    car = ActorSpec("c", ActorKind.CAR, (-40.0, 0.0), script=(drives,))
    company = Company(world_of(car, person("p", (0.0, 0.3), Stay())))
    play(company, 20.0)
    assert now(company, "c").state.speed_mps < 0.1
    assert -7.0 < place(company, "c")[0] < -3.0


def test_a_car_parks_exactly_and_its_engine_cools_off() -> None:
    path = ((-20.0, 0.0), (5.0, 0.0), (8.0, 2.0))
    car = ActorSpec("c", ActorKind.CAR, (-20.0, 0.0), script=(Drive(path_map=path),))
    company = Company(world_of(car))
    play(company, 3.0)
    assert now(company, "c").state.temperature_c is not None
    play(company, 20.0)
    assert place(company, "c") == pytest.approx((8.0, 2.0), abs=0.03)
    assert now(company, "c").state.temperature_c is None
    assert now(company, "c").state.sound_dba == 0.0


def test_a_fire_grows_and_a_door_opens() -> None:
    fire = ActorSpec("f", ActorKind.FIRE, (0.0, 5.0), script=(Grow(to_m=2.0, within_s=10.0),))
    door = ActorSpec("d", ActorKind.DOOR, (0.0, 8.0), script=(Swing(to_rad=1.4),))
    company = Company(world_of(fire, door))
    widths = [a.state.amount for a in track(company, "f", 12.0)]
    assert widths == sorted(widths)
    assert widths[-1] == pytest.approx(2.0)
    assert now(company, "d").state.amount == pytest.approx(1.4)


def test_a_plastic_bag_drifts_and_a_pigeon_flies_off() -> None:
    bag = ActorSpec("b", ActorKind.PLASTIC_BAG, (0.0, 0.0), script=(Drift(),))
    bird = ActorSpec("t", ActorKind.BIRD, (30.0, 0.0), script=(Flee(within_m=3.0, speed_mps=6.0),))
    company = Company(world_of(bag, bird))
    play(company, 5.0)
    assert math.hypot(*place(company, "b")) > 1.0
    assert place(company, "t") == (30.0, 0.0)
    play(company, 1.5, robot_at(28.0, 0.0))
    assert now(company, "t").state.z_offset_m > 1.0


def test_who_vanishes_is_not_seen_and_comes_back() -> None:
    script = (Vanish(until=Until(at_s=2.0)), Stay())
    company = Company(world_of(person("p", (0.0, 0.0), *script)))
    play(company, 1.0)
    assert not now(company, "p").state.visible
    play(company, 1.5)
    assert now(company, "p").state.visible


def test_two_runs_of_a_seed_are_equal_whatever_the_order_of_actors() -> None:
    actors = [
        person("a", (0.0, 0.0), Fight(opponent="b")),
        person("b", (3.0, 0.0), Fight(opponent="a")),
        person("c", (-6.0, 0.0), Walk(path_map=((6.0, 0.0),))),
        ActorSpec("bag", ActorKind.PLASTIC_BAG, (0.0, 4.0), script=(Drift(),)),
    ]
    runs = []
    for order in (actors, actors[::-1], actors):
        company = Company(world_of(*order, seed=9))
        company.step(8.0, FAR_ROBOT)
        runs.append({actor.spec.name: actor.state for actor in company.now})
    assert runs[0] == runs[1] == runs[2]
    other = Company(world_of(*actors, seed=10))
    other.step(8.0, FAR_ROBOT)
    assert {actor.spec.name: actor.state for actor in other.now} != runs[0]


@pytest.mark.parametrize("duration_s", [0.0, -1.0, math.nan, math.inf])
def test_time_goes_forward(duration_s: float) -> None:
    with pytest.raises(ValueError, match=r"duration_s: .* is not above 0"):
        Company(world_of()).step(duration_s)
