"""Kinds of actors, bodies, postures and things carried: the vocabulary of actors."""

from __future__ import annotations

from enum import StrEnum


class ActorKind(StrEnum):
    """What an actor is."""

    PERSON = "person"
    CYCLIST = "cyclist"
    SCOOTER = "scooter"  # a rider on a kick scooter with a motor
    CAR = "car"
    DOG = "dog"
    CAT = "cat"
    BIRD = "bird"
    BAG = "bag"
    SUITCASE = "suitcase"
    PLASTIC_BAG = "plastic_bag"  # drifts in the wind
    BOX = "box"
    FIRE = "fire"
    SMOKE = "smoke"
    DOOR = "door"


RIDERS = frozenset({ActorKind.CYCLIST, ActorKind.SCOOTER})
ANIMALS = frozenset({ActorKind.DOG, ActorKind.CAT, ActorKind.BIRD})
THINGS = frozenset({ActorKind.BAG, ActorKind.SUITCASE, ActorKind.PLASTIC_BAG, ActorKind.BOX})
HUMAN = RIDERS | {ActorKind.PERSON}
OF_THE_HOUSE = frozenset({ActorKind.FIRE, ActorKind.SMOKE, ActorKind.DOOR})  # may be at a wall


class Body(StrEnum):
    """Build of a person, as baked in simulation/assets."""

    MAN = "man"
    WOMAN = "woman"
    HEAVY_MAN = "heavy_man"
    OLD_MAN = "old_man"
    OLD_WOMAN = "old_woman"
    CHILD = "child"  # about eight years


OLD = frozenset({Body.OLD_MAN, Body.OLD_WOMAN})
ADULTS = (Body.MAN, Body.WOMAN, Body.MAN, Body.WOMAN, Body.HEAVY_MAN)  # drawn from evenly
BODY_HEIGHT_M: dict[Body, float] = {
    Body.MAN: 1.73,
    Body.WOMAN: 1.62,
    Body.HEAVY_MAN: 1.72,
    Body.OLD_MAN: 1.66,
    Body.OLD_WOMAN: 1.53,
    Body.CHILD: 1.28,
}
# Preferred walking speed, m/s: adults 1.34 (Helbing & Molnár 1995), older people after Bohannon
# (1997), children after Tarawneh (2001).
WALKING_MPS: dict[Body, float] = {
    Body.MAN: 1.34,
    Body.WOMAN: 1.30,
    Body.HEAVY_MAN: 1.20,
    Body.OLD_MAN: 0.85,
    Body.OLD_WOMAN: 0.80,
    Body.CHILD: 1.25,
}


class Accessory(StrEnum):
    """What a person wears or carries; a pram is pushed with both hands."""

    BACKPACK = "backpack"
    HANDBAG = "handbag"
    UMBRELLA = "umbrella"
    HAT = "hat"
    STICK = "stick"
    PRAM = "pram"


class Posture(StrEnum):
    """How a person stays somewhere."""

    STANDING = "standing"
    PHONE = "phone"  # standing, looking at a telephone
    TALKING = "talking"
    SITTING = "sitting"  # on the ground, legs ahead
    SITTING_BENCH = "sitting_bench"  # on a seat of 0.45 m
    CROUCHING = "crouching"  # as somebody does who ties a shoe
    LYING_SUPINE = "lying_supine"
    LYING_SIDE = "lying_side"
    LYING_PRONE = "lying_prone"
    CURLED = "curled"  # on the side, knees drawn up


LYING = frozenset({Posture.LYING_SUPINE, Posture.LYING_SIDE, Posture.LYING_PRONE, Posture.CURLED})
LYING_HALF_WIDTH_M = 0.53  # arms spread
LYING_HALF_LENGTH_M = 0.98
