"""Looks: what a spec leaves open, drawn by the world's seed and the actor's name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.actors.kinds import (
    ADULTS,
    BODY_HEIGHT_M,
    HUMAN,
    OLD,
    RIDERS,
    Accessory,
    ActorKind,
    Body,
)
from simulation.actors.spec import ActorSpec, Rgb
from simulation.props import CarBody

SKINS: tuple[Rgb, ...] = ((0.82, 0.64, 0.52), (0.85, 0.68, 0.56), (0.78, 0.60, 0.48),
                          (0.70, 0.52, 0.40))  # fmt: skip
HAIRS: tuple[Rgb, ...] = ((0.10, 0.08, 0.08), (0.12, 0.09, 0.08), (0.16, 0.12, 0.10),
                          (0.30, 0.20, 0.13))  # fmt: skip
GREY_HAIR: Rgb = (0.66, 0.65, 0.64)
TOPS: tuple[Rgb, ...] = (
    (0.17, 0.23, 0.38), (0.72, 0.20, 0.18), (0.80, 0.78, 0.72), (0.24, 0.38, 0.29),
    (0.12, 0.12, 0.13), (0.90, 0.90, 0.90), (0.42, 0.44, 0.47), (0.55, 0.42, 0.28),
    (0.30, 0.48, 0.68), (0.85, 0.62, 0.25), (0.45, 0.28, 0.46),
)  # fmt: skip
TROUSERS: tuple[Rgb, ...] = (
    (0.26, 0.26, 0.28), (0.16, 0.20, 0.33), (0.35, 0.31, 0.25), (0.13, 0.13, 0.15),
    (0.46, 0.45, 0.43), (0.22, 0.28, 0.40),
)  # fmt: skip
SHOES: tuple[Rgb, ...] = ((0.85, 0.85, 0.85), (0.20, 0.18, 0.17), (0.30, 0.22, 0.16),
                          (0.12, 0.12, 0.12))  # fmt: skip
THING_COLOURS: dict[ActorKind, tuple[Rgb, ...]] = {
    ActorKind.DOG: ((0.42, 0.30, 0.20), (0.70, 0.58, 0.42), (0.12, 0.11, 0.10),
                    (0.85, 0.80, 0.72)),
    ActorKind.CAT: ((0.72, 0.45, 0.20), (0.35, 0.33, 0.31), (0.10, 0.10, 0.10),
                    (0.85, 0.83, 0.80)),
    ActorKind.BIRD: ((0.42, 0.44, 0.48), (0.30, 0.31, 0.34)),
    ActorKind.BAG: ((0.12, 0.13, 0.16), (0.35, 0.14, 0.13), (0.24, 0.27, 0.18)),
    ActorKind.SUITCASE: ((0.12, 0.16, 0.28), (0.45, 0.12, 0.14), (0.30, 0.31, 0.33)),
    ActorKind.PLASTIC_BAG: ((0.93, 0.93, 0.95), (0.85, 0.88, 0.92)),
    ActorKind.BOX: ((0.66, 0.50, 0.33), (0.60, 0.46, 0.31)),
    ActorKind.DOOR: ((0.33, 0.36, 0.40), (0.46, 0.30, 0.20), (0.30, 0.42, 0.36)),
    ActorKind.FIRE: ((0.98, 0.60, 0.15),),
    ActorKind.SMOKE: ((0.42, 0.42, 0.43), (0.22, 0.22, 0.23)),
    ActorKind.CAR: ((0.88, 0.88, 0.87), (0.16, 0.17, 0.19), (0.55, 0.57, 0.60),
                    (0.17, 0.24, 0.42), (0.55, 0.12, 0.13), (0.74, 0.70, 0.62)),
}  # fmt: skip
SIZES_M: dict[ActorKind, tuple[float, float, float]] = {  # length, width, height
    ActorKind.BAG: (0.45, 0.26, 0.30),
    ActorKind.SUITCASE: (0.44, 0.26, 0.65),
    ActorKind.PLASTIC_BAG: (0.30, 0.22, 0.28),
    ActorKind.BOX: (0.50, 0.40, 0.38),
    ActorKind.DOOR: (0.95, 0.06, 2.05),
    ActorKind.DOG: (0.75, 0.22, 0.55),
    ActorKind.CAT: (0.42, 0.14, 0.27),
    ActorKind.BIRD: (0.28, 0.12, 0.18),
}
HEIGHT_SIGMA = 0.035  # of adult heights of one sex (Size Korea 2020: 5.8 cm of 1.72 m)
CARRIED: tuple[tuple[Accessory, float], ...] = (  # what an adult has along, and how often
    (Accessory.BACKPACK, 0.18),
    (Accessory.HANDBAG, 0.16),
    (Accessory.HAT, 0.15),
)


@dataclass(frozen=True, slots=True)
class Outfit:
    """A look with nothing left open; hashable, so that meshes are built once for each.

    `scale` is a person's height over that of its baked body.
    """

    body: Body = Body.MAN
    scale: float = 1.0
    skin: Rgb = SKINS[0]
    hair: Rgb = HAIRS[0]
    top: Rgb = TOPS[0]
    trousers: Rgb = TROUSERS[0]
    shoes: Rgb = SHOES[0]
    carries: tuple[Accessory, ...] = ()
    drunk: bool = False
    car: CarBody = CarBody.SEDAN
    colour: Rgb = (0.5, 0.5, 0.5)
    size_m: tuple[float, float, float] = (0.5, 0.4, 0.4)

    @property
    def height_m(self) -> float:
        """A person's height upright."""
        return BODY_HEIGHT_M[self.body] * self.scale


def actor_rng(seed: int, name: str, purpose: int) -> np.random.Generator:
    """The generator of one actor: the same whatever other actors there are."""
    return np.random.default_rng([seed & 0xFFFF_FFFF, purpose, *name.encode()])


def outfit_of(spec: ActorSpec, seed: int, raining: bool = False) -> Outfit:
    """The looks of an actor in a world; adults carry umbrellas when it rains, riders do not."""
    rng = actor_rng(seed, spec.name, 1)
    look = spec.look
    body = look.body or ADULTS[int(rng.integers(len(ADULTS)))]
    height = look.height_m or BODY_HEIGHT_M[body] * (1 + HEIGHT_SIGMA * _bounded(rng))
    hair = GREY_HAIR if body in OLD else _pick(rng, HAIRS)
    colours = [_shaded(rng, _pick(rng, table)) for table in (TOPS, TROUSERS)]
    skin, shoes = _pick(rng, SKINS), _pick(rng, SHOES)
    carries = _carried(spec, body, rng, raining) if look.carries is None else look.carries
    cars = list(CarBody)
    car = cars[int(rng.integers(len(cars)))]
    colour = _pick(rng, THING_COLOURS.get(spec.kind, ((0.3, 0.3, 0.35),)))
    return Outfit(
        body, height / BODY_HEIGHT_M[body], skin, look.hair or hair, look.top or colours[0],
        look.trousers or colours[1], shoes, carries, look.drunk, look.car or car,
        look.colour or colour, look.size_m or SIZES_M.get(spec.kind, (0.5, 0.4, 0.4)),
    )  # fmt: skip


def _carried(
    spec: ActorSpec, body: Body, rng: np.random.Generator, raining: bool
) -> tuple[Accessory, ...]:
    if spec.kind not in HUMAN or body is Body.CHILD:
        return ()
    if body in OLD:
        return (Accessory.STICK,) if rng.random() < 0.6 else ()
    drawn = tuple(thing for thing, share in CARRIED if rng.random() < share)
    if raining and spec.kind not in RIDERS and rng.random() < 0.7:
        drawn += (Accessory.UMBRELLA,)
    return drawn


def _pick(rng: np.random.Generator, table: tuple[Rgb, ...]) -> Rgb:
    return table[int(rng.integers(len(table)))]


def _shaded(rng: np.random.Generator, colour: Rgb) -> Rgb:
    shade = float(rng.uniform(0.85, 1.12))
    red, green, blue = (min(1.0, part * shade) for part in colour)
    return red, green, blue


def _bounded(rng: np.random.Generator) -> float:
    return float(np.clip(rng.normal(), -2.2, 2.2))
