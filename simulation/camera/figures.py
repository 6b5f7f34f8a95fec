"""Figures: the shape of every kind of actor in every phase of what it does."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simulation.actors.kinds import HUMAN, OLD, Accessory, ActorKind, Posture
from simulation.actors.looks import Outfit
from simulation.actors.state import ActorState, Motion
from simulation.camera import poses
from simulation.camera.belongings import add_belongings
from simulation.camera.cars import car_shape
from simulation.camera.mesh import Array
from simulation.camera.shape import Shape
from simulation.camera.skin import SHOES, SKIN, TOP, TROUSERS, Posed, posed, skin_of
from simulation.camera.things import thing_shape
from simulation.camera.vehicles import add_bicycle, add_scooter, engine_c

PHASES: dict[Motion, int] = {  # pictures to a cycle, or from start to end
    Motion.WALKING: 12,
    Motion.RUNNING: 12,
    Motion.FALLING: 8,
    Motion.RISING: 10,
    Motion.FIGHTING: 8,  # to a blow, three blows to a cycle
    Motion.BENDING: 6,
    Motion.RIDING: 8,
    Motion.FLYING: 4,
}
BLOWS = 3
TALKING_PHASES = 6
SKIN_C, HAIR_C, CLOTHES_C, SHOES_C = 33.0, 28.0, 27.5, 24.0
SADDLE_M, DECK_M = 0.98, 0.16  # heights of a bicycle's saddle and a scooter's deck
RIDER_X_M = -0.16
ON_GROUND_M = 0.25  # how far ahead of the place a sitting body's seat is

Key = tuple[Motion | None, Posture, int]


def figure_key(kind: ActorKind, state: ActorState) -> Key:
    """What distinguishes one picture of an actor from the next."""
    motion, phase = state.motion, state.phase
    if motion is None:
        turn = int(phase * TALKING_PHASES) if state.posture is Posture.TALKING else 0
        return None, state.posture, turn
    count = PHASES.get(motion, 1)
    if motion in (Motion.FALLING, Motion.RISING, Motion.BENDING):
        return motion, state.posture, min(count, round(phase * count))
    if motion is Motion.FIGHTING:
        return motion, Posture.STANDING, int(phase * count) % (BLOWS * count)
    return motion, Posture.STANDING, int(phase * count) % count


@lru_cache(maxsize=768)
def person_shape(outfit: Outfit, kind: ActorKind, key: Key) -> Shape:
    """A person with what it wears, carries, pushes or rides; scaled to its height."""
    body = _body(outfit, kind, key)
    shape = Shape()
    palette = np.array((outfit.skin, outfit.hair, outfit.top, outfit.trousers, outfit.shoes))
    warm = np.array((SKIN_C, HAIR_C, CLOTHES_C, CLOTHES_C, SHOES_C))
    regions = body.skin.regions
    shape.mesh(body.points, body.skin.faces, _fabric(palette[regions], regions, body),
               warm[regions])  # fmt: skip
    add_belongings(shape, outfit, body, key[0], key[1])
    if kind is ActorKind.CYCLIST:
        add_bicycle(shape, outfit.colour)
    elif kind is ActorKind.SCOOTER:
        add_scooter(shape, outfit.colour)
    shape.points = [points * outfit.scale for points in shape.points]
    return shape


def _fabric(colours: Array, regions: np.ndarray[tuple[int], np.dtype[np.int64]],
            body: Posed) -> Array:  # fmt: skip
    """Cloth is not one flat colour: folds, a belt, a darker hem."""
    points = body.skin.points
    waves = np.sin(41 * points[:, 2] + 17 * points[:, 1]) * np.sin(23 * points[:, 0])
    folds: Array = 1.0 + 0.05 * waves
    folds = np.where(regions == SKIN, 1.0, folds)
    hips = body.skin.heads[body.skin.bone_names.index("thigh_l"), 2]
    belt = (regions == TROUSERS) & (points[:, 2] > hips - 0.01)
    folds = np.where(belt, 0.75 * folds, folds)
    sole = (regions == SHOES) & (points[:, 2] < 0.03)
    folds = np.where(sole, 0.7, folds)
    collar = (regions == TOP) & (points[:, 2] > 0.83 * points[:, 2].max())
    shade = np.where(collar, 0.88 * folds, folds)
    fabric: Array = colours * shade[:, None]
    return fabric


def _body(outfit: Outfit, kind: ActorKind, key: Key) -> Posed:
    body = posed(skin_of(outfit.body), pose_of(outfit, kind, key))
    motion = key[0]
    lifted = {ActorKind.CYCLIST: SADDLE_M, ActorKind.SCOOTER: DECK_M}.get(kind)
    if lifted is not None and motion in (None, Motion.RIDING, Motion.STILL):
        seat = body.at("pelvis")[1]
        rise = lifted - seat[2] if kind is ActorKind.CYCLIST else lifted
        return body.moved(np.array((RIDER_X_M - seat[0], 0.0, rise)))
    return body.moved(-_anchor(body, key))


def _anchor(body: Posed, key: Key) -> Array:
    """The point (x, y, 0) of a body that is at the actor's place."""
    motion, posture, number = key
    middle: Array = (body.points.min(axis=0) + body.points.max(axis=0)) / 2
    middle[2] = 0.0
    seat: Array = body.at("pelvis")[1] * (1, 1, 0)
    down = posture in poses.ROOTS
    if motion in (Motion.FALLING, Motion.RISING):
        share = number / PHASES[motion]
        if motion is Motion.RISING:
            share = 1.0 - share
        lain = middle if down else np.subtract(seat, (ON_GROUND_M, 0, 0))
        moved: Array = share * lain
        return moved
    if motion is None and down:
        return middle
    if motion is None and posture in (Posture.SITTING, Posture.SITTING_BENCH):
        seat[0] -= ON_GROUND_M if posture is Posture.SITTING else 0.0
        return seat
    return np.zeros(3)


def pose_of(outfit: Outfit, kind: ActorKind, key: Key) -> poses.Pose:
    """The pose of one picture."""
    motion, posture, number = key
    if motion is None:
        if kind is ActorKind.CYCLIST and posture is Posture.STANDING:
            return poses.pedalling(0.25)
        if kind is ActorKind.SCOOTER and posture is Posture.STANDING:
            return poses.on_deck()
        if posture is Posture.TALKING:
            return poses.talking(number / TALKING_PHASES)
        if posture is Posture.STANDING and Accessory.PRAM in outfit.carries:
            return poses.pushing(0.25)
        return poses.POSTURES[posture]
    return _moving(outfit, kind, motion, posture, number / PHASES.get(motion, 1))


def _moving(
    outfit: Outfit, kind: ActorKind, motion: Motion, posture: Posture, phase: float
) -> poses.Pose:
    if motion is Motion.WALKING:
        if Accessory.PRAM in outfit.carries:
            return poses.pushing(phase)
        old = outfit.body in OLD
        return poses.gait(phase, 0.62 if old else 1.0, 16.0 if old else 0.0)
    if motion is Motion.RIDING:
        return poses.pedalling(phase) if kind is ActorKind.CYCLIST else poses.on_deck()
    if motion is Motion.FALLING:
        return poses.falling(posture, phase)
    if motion is Motion.RISING:
        return poses.rising(posture, phase)
    table = {Motion.RUNNING: poses.run, Motion.FIGHTING: poses.fighting,
             Motion.BENDING: poses.bending}  # fmt: skip
    if motion in table:
        return table[motion](phase)
    if motion in (Motion.REACHING, Motion.PUSHING):
        return poses.reaching() if motion is Motion.REACHING else poses.shoving()
    return poses.pedalling(0.25) if kind is ActorKind.CYCLIST else poses.on_deck()


def shape_for(outfit: Outfit, kind: ActorKind, key: Key, runs: bool = False) -> Shape:
    """The shape of an actor in its own frame; a car's engine `runs` or is cold."""
    if kind is ActorKind.CAR:
        return car_shape(outfit.car, outfit.colour, engine_c(runs))
    if kind in HUMAN:
        return person_shape(outfit, kind, key)
    return other_shape(outfit, kind, key)


@lru_cache(maxsize=256)
def other_shape(outfit: Outfit, kind: ActorKind, key: Key) -> Shape:
    """An animal, a thing or a door, shut."""
    return thing_shape(outfit, kind, key[0], key[2] / PHASES.get(key[0] or Motion.STILL, 1))
