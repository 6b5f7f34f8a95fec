"""Habits: ONE table of what people do in a street all day, and how often. None is an event.

A habit is a function from where and when to actors. What would be an event by the simulator's
definitions is left out: nobody runs faster than 2.3 m/s (`Runs`: 2.5), no child or old person is
alone from 21 to 6 o'clock (`AloneAtNight`: 22 to 5), nothing is left, nobody stops in a zone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.perception.quiet_hours_parts.ways import XY, Spot
from simulation.actors.kinds import WALKING_MPS, Accessory, ActorKind, Body, Posture
from simulation.actors.script import (
    NEVER,
    Drift,
    Flee,
    Loiter,
    PutDown,
    Repeat,
    Stay,
    Step,
    Until,
    Walk,
)
from simulation.actors.spec import ActorSpec, Look

BENCH = Look(size_m=(1.6, 0.4, 0.44), colour=(0.4, 0.28, 0.18))
GROWN_UP = (Body.MAN, Body.WOMAN, Body.HEAVY_MAN)
AGED = (Body.OLD_MAN, Body.OLD_WOMAN)


@dataclass(frozen=True, slots=True)
class Here:
    """Where one habit is lived: lines to go along, a spot beside the way to stay at."""

    name: str
    rng: np.random.Generator
    line: Callable[[float], tuple[XY, ...]]  # so far left of one walk's middle
    side_m: float  # how far left one may go on that walk
    spot: Spot

    def one_of(self, options: Sequence[Body]) -> Body:
        """A body, drawn."""
        return options[int(self.rng.integers(len(options)))]

    def uniform(self, low: float, high: float) -> float:
        """A number, drawn."""
        return float(self.rng.uniform(low, high))


Make = Callable[[Here], list[ActorSpec]]


@dataclass(frozen=True, slots=True)
class Habit:
    """One row; the weights are how many of all groups live so by day, at dusk and at night."""

    make: Make
    day: float
    dusk: float
    night: float


def _to_and_fro(path: tuple[XY, ...], speed_mps: float, lead_s: float = 0.0) -> Walk:
    return Walk(path_map=path, speed_mps=speed_mps, repeat=Repeat.TO_AND_FRO, phase_s=lead_s)


def _person(
    name: str, place: XY, script: Sequence[Step], look: Look | None = None, yaw_rad: float = 0.0
) -> ActorSpec:
    return ActorSpec(name, ActorKind.PERSON, place, yaw_rad, look or Look(), tuple(script))


def _left_m(here: Here) -> float:
    return here.uniform(-1.0, 1.0) * here.side_m


def _walks(here: Here, body: Body, speed_mps: float, **look: Any) -> ActorSpec:
    path, lead_s = here.line(_left_m(here)), here.uniform(0.0, 120.0)
    worn = Look(body=body, **look)
    return _person(here.name, path[0], [_to_and_fro(path, speed_mps, lead_s)], worn)


def walks_alone(here: Here) -> list[ActorSpec]:
    """A grown-up on the way."""
    return [_walks(here, here.one_of(GROWN_UP), here.uniform(1.0, 1.6))]


def old_person_walks(here: Here) -> list[ActorSpec]:
    """An old person by day, slowly, with a stick or without."""
    body = here.one_of(AGED)
    return [_walks(here, body, WALKING_MPS[body])]


def child_walks(here: Here) -> list[ActorSpec]:
    """A child on the way to school."""
    return [_walks(here, Body.CHILD, WALKING_MPS[Body.CHILD])]


def pushes_pram(here: Here) -> list[ActorSpec]:
    """Somebody with a pram."""
    body = here.one_of((Body.WOMAN, Body.MAN))
    return [_walks(here, body, here.uniform(0.8, 1.2), carries=(Accessory.PRAM,))]


def jogs(here: Here) -> list[ActorSpec]:
    """Somebody who jogs slowly: the body runs, and no definition calls it running."""
    return [_walks(here, here.one_of(GROWN_UP), here.uniform(2.0, 2.3))]


def _together(here: Here, bodies: Sequence[Body], speed_mps: float) -> list[ActorSpec]:
    """People side by side, in rows of two, at one pace."""
    lead_s = here.uniform(5.0, 120.0)
    middle = here.uniform(-1.0, 1.0) * max(here.side_m - 0.35, 0.0)
    found = []
    for number, body in enumerate(bodies):
        path = here.line(middle + (0.35 if number % 2 else -0.35))
        walk = _to_and_fro(path, speed_mps, lead_s - (number // 2) * 1.1 / speed_mps)
        found.append(_person(f"{here.name}-{number}", path[0], [walk], Look(body=body)))
    return found


def walks_in_group(here: Here) -> list[ActorSpec]:
    """Two to five friends."""
    bodies = [here.one_of(GROWN_UP) for _ in range(int(here.rng.integers(2, 6)))]
    return _together(here, bodies, here.uniform(0.9, 1.3))


def parent_with_child(here: Here) -> list[ActorSpec]:
    """A parent beside one or two children."""
    children = [Body.CHILD] * int(here.rng.integers(1, 3))
    return _together(here, [here.one_of((Body.WOMAN, Body.MAN)), *children], 1.0)


def old_couple(here: Here) -> list[ActorSpec]:
    """Two old people."""
    return _together(here, AGED, 0.75)


def walks_dog(here: Here) -> list[ActorSpec]:
    """Somebody and a dog."""
    owner, other = _together(here, [here.one_of(GROWN_UP)] * 2, here.uniform(0.8, 1.2))
    dog = ActorSpec(f"{here.name}-dog", ActorKind.DOG, other.place_map, script=other.script)
    return [owner, dog]


def rolls_suitcase(here: Here) -> list[ActorSpec]:
    """Somebody with luggage."""
    traveller = _walks(here, here.one_of(GROWN_UP), here.uniform(0.9, 1.3))
    luggage = ActorSpec(
        f"{here.name}-suitcase", ActorKind.SUITCASE, traveller.place_map, held_by=here.name
    )
    return [traveller, luggage]


def _near(here: Here) -> Until:
    """When the vehicle comes near: what is to be seen happens before its camera."""
    return Until(robot_within_m=here.uniform(6.0, 14.0))


def _stops_near(here: Here, least_s: float, posture: Posture) -> ActorSpec:
    """Walks, stops for up to 8 s as the vehicle comes, walks on."""
    path = here.line(_left_m(here))
    lead_s, speed_mps = here.uniform(0.0, 120.0), here.uniform(1.0, 1.5)
    before = Walk(_near(here), path, speed_mps, Repeat.TO_AND_FRO, True, lead_s)
    stop = Stay(Until(for_s=here.uniform(least_s, 8.0)), posture)
    return _person(here.name, path[0], [before, stop, _to_and_fro(path, speed_mps)])


def ties_shoe(here: Here) -> list[ActorSpec]:
    """Walks, crouches for some seconds as the vehicle comes, walks on."""
    return [_stops_near(here, 4.0, Posture.CROUCHING)]


def looks_at_phone(here: Here) -> list[ActorSpec]:
    """Walks, stops for a message, walks on."""
    return [_stops_near(here, 3.0, Posture.PHONE)]


def _inwards_rad(spot: Spot) -> float:
    return spot.yaw_rad - math.copysign(math.pi / 2, spot.left_m)


def stands_about(here: Here) -> list[ActorSpec]:
    """Waits at the edge of the way, telephone in hand or not."""
    posture = Posture.PHONE if here.rng.random() < 0.5 else Posture.STANDING
    yaw = here.uniform(-math.pi, math.pi)
    stay = Stay(NEVER, posture, yaw)
    return [_person(here.name, here.spot.point, [stay], Look(body=here.one_of(GROWN_UP)), yaw)]


def talks(here: Here) -> list[ActorSpec]:
    """Two or three people who talk."""
    names = [f"{here.name}-{n}" for n in range(int(here.rng.integers(2, 4)))]
    places = (here.spot.point, here.spot.moved(0.9), here.spot.moved(0.45, 0.7))
    return [
        _person(
            name,
            place,
            [Stay(NEVER, Posture.TALKING, facing=names[1 if n == 0 else 0])],
            Look(body=here.one_of(GROWN_UP)),
        )
        for n, (name, place) in enumerate(zip(names, places, strict=False))
    ]


def sits_on_bench(here: Here) -> list[ActorSpec]:
    """A bench at the edge of the way, one or two people on it."""
    inwards = _inwards_rad(here.spot)
    bench = ActorSpec(
        f"{here.name}-bench", ActorKind.BOX, here.spot.point, here.spot.yaw_rad, BENCH
    )
    ahead_m = (-0.38, 0.38)[: int(here.rng.integers(1, 3))]
    bodies = (*GROWN_UP, *AGED) if len(ahead_m) > 1 else GROWN_UP
    sitters = [
        _person(
            f"{here.name}-{n}",
            here.spot.moved(at_m),
            [Stay(NEVER, Posture.SITTING_BENCH, inwards)],
            Look(body=here.one_of(bodies), carries=()),
            inwards,
        )
        for n, at_m in enumerate(ahead_m)
    ]
    return [bench, *sitters]


def waits_for_bus(here: Here) -> list[ActorSpec]:
    """A queue of three to six, looser than a crowd: five at most within 2.5 m."""
    count = int(here.rng.integers(3, 7))
    bodies = (*GROWN_UP, *AGED)
    queue = []
    for n in range(count):
        posture = Posture.PHONE if here.rng.random() < 0.5 else Posture.STANDING
        yaw = here.spot.yaw_rad + here.uniform(-0.4, 0.4)
        place = here.spot.moved(-1.2 * n)
        stay = Stay(NEVER, posture, yaw)
        look = Look(body=here.one_of(bodies))
        queue.append(_person(f"{here.name}-{n}", place, [stay], look, yaw))
    return queue


def waits_with_bag(here: Here) -> list[ActorSpec]:
    """Puts a bag down and stays beside it."""
    bag = f"{here.name}-bag"
    kind = ActorKind.SUITCASE if here.rng.random() < 0.4 else ActorKind.BAG
    script = [Stay(_near(here)), PutDown(thing=bag), Stay(posture=Posture.PHONE)]
    owner = _person(here.name, here.spot.point, script, Look(body=here.one_of(GROWN_UP)))
    return [owner, ActorSpec(bag, kind, here.spot.point, held_by=here.name)]


def cat_about(here: Here) -> list[ActorSpec]:
    """A cat."""
    script = (Loiter(centre_map=here.spot.point, radius_m=1.5),)
    return [ActorSpec(here.name, ActorKind.CAT, here.spot.point, script=script)]


def pigeons(here: Here) -> list[ActorSpec]:
    """Birds that fly off before the vehicle."""
    return [
        ActorSpec(
            f"{here.name}-{n}", ActorKind.BIRD, here.spot.moved(0.5 * n, 0.3 * (n % 2)),
            here.uniform(-3.0, 3.0), script=(Flee(within_m=4.0, speed_mps=4.0),),
        )
        for n in range(int(here.rng.integers(2, 6)))
    ]  # fmt: skip


def plastic_bag_drifts(here: Here) -> list[ActorSpec]:
    """Litter in the wind."""
    script = (Stay(Until(robot_within_m=12.0)), Drift())
    return [ActorSpec(here.name, ActorKind.PLASTIC_BAG, here.spot.point, script=script)]


HABITS: Mapping[str, Habit] = {
    "walks_alone": Habit(walks_alone, 26, 30, 40),
    "walks_in_group": Habit(walks_in_group, 10, 12, 12),
    "old_person_walks": Habit(old_person_walks, 6, 3, 0),
    "child_walks": Habit(child_walks, 4, 1, 0),
    "parent_with_child": Habit(parent_with_child, 5, 5, 1),
    "old_couple": Habit(old_couple, 3, 3, 1),
    "pushes_pram": Habit(pushes_pram, 3, 2, 0),
    "jogs": Habit(jogs, 2, 4, 3),
    "walks_dog": Habit(walks_dog, 3, 5, 4),
    "rolls_suitcase": Habit(rolls_suitcase, 2, 2, 2),
    "ties_shoe": Habit(ties_shoe, 3, 3, 3),
    "looks_at_phone": Habit(looks_at_phone, 5, 5, 6),
    "stands_about": Habit(stands_about, 6, 6, 8),
    "talks": Habit(talks, 5, 5, 5),
    "sits_on_bench": Habit(sits_on_bench, 4, 3, 2),
    "waits_for_bus": Habit(waits_for_bus, 2, 2, 1),
    "waits_with_bag": Habit(waits_with_bag, 2, 2, 2),
    "cat_about": Habit(cat_about, 3, 3, 5),
    "pigeons": Habit(pigeons, 3, 1, 0),
    "plastic_bag_drifts": Habit(plastic_bag_drifts, 3, 3, 5),
}
