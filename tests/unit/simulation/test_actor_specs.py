"""Specs and scripts refuse what cannot be played, in one line each."""

from __future__ import annotations

import math

import pytest

from patrol.map import Building
from simulation.actors import script
from simulation.actors.kinds import ActorKind, Body, Posture
from simulation.actors.looks import outfit_of
from simulation.actors.plays.table import PLAYS
from simulation.actors.script import (
    Drive,
    Fall,
    Fight,
    GetUp,
    Grow,
    Loiter,
    PickUp,
    Push,
    Repeat,
    Stay,
    Swing,
    Until,
    Walk,
)
from simulation.actors.spec import ActorSpec, Look
from simulation.world import ScenarioError
from tests.unit.simulation.stage_hands import person, world_of

HOUSE = Building("h-1", ((10.0, 10.0), (20.0, 10.0), (20.0, 20.0), (10.0, 20.0)), 6.0)


def test_every_step_can_be_played() -> None:
    steps = {kind for kind in vars(script).values()
             if isinstance(kind, type) and issubclass(kind, script.Step)}  # fmt: skip
    assert steps - {script.Step} == set(PLAYS)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Walk(), "path_map: a path once needs at least 1 points"),
        (lambda: Walk(path_map=((0, 0),), repeat=Repeat.ROUND), "needs at least 2 points"),
        (lambda: Walk(path_map=((0, 0),), speed_mps=0.0), "speed_mps: 0 is outside"),
        (lambda: Drive(path_map=((0, 0),), speed_mps=math.nan), "speed_mps: nan is outside"),
        (lambda: Until(for_s=-1.0), "for_s: -1 is outside"),
        (lambda: Until(actor_within_m=1.0), "actor: a condition on another actor needs its name"),
        (lambda: Fall(to=Posture.STANDING), "to: nobody falls to standing"),
        (lambda: Fall(duration_s=0.0), "duration: 0 s is outside"),
        (lambda: Grow(to_m=100.0), "to_m: 100 is outside"),
        (lambda: Loiter(radius_m=0.0), "radius_m: 0 is outside"),
        (lambda: Push(force_n=1e6), "force_n: 1e\\+06 is outside"),
        (lambda: Look(height_m=9.0), "height_m: 9 is outside"),
        (lambda: Look(top=(2.0, 0.0, 0.0)), "top: .* is no colour"),
        (lambda: person("", (0.0, 0.0)), "name: '' cannot name an actor"),
        (lambda: person("robot", (0.0, 0.0)), "name: 'robot' cannot name an actor"),
        (lambda: person("p", (math.inf, 0.0)), "a coordinate that is no number"),
        (lambda: ActorSpec("p", ActorKind.PERSON, (0, 0), math.inf), "yaw_rad: inf of actor 'p'"),
        (lambda: ActorSpec("c", ActorKind.CAR, (0, 0), held_by="p"), "which nobody carries"),
        (lambda: person("p", (0.0, 0.0), Swing()), "only doors swing"),
        (lambda: person("p", (0.0, 0.0), Stay(), GetUp()), "step 0 of 'p' \\(Stay\\) never ends"),
    ],
)
def test_what_cannot_be_is_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("actors", "message"),
    [
        ([person("p", (12.0, 12.0))], "person 'p' at \\(12.0, 12.0\\) is inside building h-1"),
        ([person("p", (0.0, 0.0), Walk(path_map=((15.0, 15.0),)))], "is inside building h-1"),
        ([person("p", (0.0, 0.0)), person("p", (1.0, 0.0))], "person 'p' stands twice"),
        ([person("p", (0.0, 0.0), Fight(opponent="x"))], "'p' names 'x', who is no actor"),
        ([person("p", (0.0, 0.0), PickUp(thing="bag"))], "'p' names 'bag', who is no actor"),
        ([person("p", (0.0, 0.0), Stay(until=Until(actor="y", actor_step=1)))], "names 'y'"),
    ],
)
def test_a_world_refuses_lost_actors(actors: list[ActorSpec], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        world_of(*actors, buildings=[HOUSE])


def test_fire_and_doors_may_be_at_a_house() -> None:
    fire = ActorSpec("f", ActorKind.FIRE, (12.0, 12.0))
    door = ActorSpec("d", ActorKind.DOOR, (12.0, 10.0))
    assert len(world_of(fire, door, buildings=[HOUSE]).actors) == 2


def test_looks_follow_from_seed_and_name_alone() -> None:
    spec = person("anna", (0.0, 0.0), look=Look())
    assert outfit_of(spec, 3) == outfit_of(spec, 3)
    assert outfit_of(spec, 3) != outfit_of(spec, 4)
    assert outfit_of(spec, 3) != outfit_of(person("berta", (0.0, 0.0), look=Look()), 3)


def test_what_a_spec_fixes_is_kept() -> None:
    look = Look(body=Body.CHILD, height_m=1.2, top=(1.0, 0.0, 0.0), carries=())
    outfit = outfit_of(person("kid", (0.0, 0.0), look=look), 5)
    assert (outfit.body, outfit.top, outfit.carries) == (Body.CHILD, (1.0, 0.0, 0.0), ())
    assert outfit.height_m == pytest.approx(1.2)
