"""Belongings: what people wear and carry, hung on their bones."""

from __future__ import annotations

import numpy as np

from simulation.actors.kinds import Accessory, Posture
from simulation.actors.looks import Outfit
from simulation.actors.state import Motion
from simulation.camera.mesh import Array, Rgb, rotation_map
from simulation.camera.shape import Shape
from simulation.camera.skin import Posed

FABRICS: tuple[Rgb, ...] = (
    (0.14, 0.15, 0.18), (0.36, 0.16, 0.15), (0.20, 0.28, 0.42), (0.30, 0.33, 0.22),
)  # fmt: skip
UMBRELLAS: tuple[Rgb, ...] = (
    (0.12, 0.13, 0.16), (0.20, 0.28, 0.52), (0.62, 0.16, 0.18), (0.75, 0.75, 0.78),
)  # fmt: skip
STEEL: Rgb = (0.42, 0.43, 0.45)
WOOD: Rgb = (0.36, 0.25, 0.16)
INSIDE_OUT = np.diag((1.0, -1.0, 1.0))
UPRIGHT = frozenset({Posture.STANDING, Posture.PHONE, Posture.TALKING})
UPRIGHT_MOTIONS = frozenset({None, Motion.WALKING, Motion.RUNNING})


def add_belongings(
    shape: Shape, outfit: Outfit, body: Posed, motion: Motion | None, posture: Posture
) -> None:
    """Adds everything that the outfit carries and that the pose lets it carry."""
    upright = motion in UPRIGHT_MOTIONS and posture in UPRIGHT
    for thing in outfit.carries:
        colour = FABRICS[hash_of(outfit) % len(FABRICS)]
        if thing is Accessory.BACKPACK:
            _on_back(shape, body, colour)
        elif thing is Accessory.HAT:
            _hat(shape, body, colour)
        elif thing is Accessory.HANDBAG:
            _in_hand(shape, body, "hand_l", colour)
        elif upright and thing is Accessory.UMBRELLA:
            _umbrella(shape, body, UMBRELLAS[hash_of(outfit) % len(UMBRELLAS)])
        elif upright and thing is Accessory.STICK:
            _stick(shape, body)
        elif upright and thing is Accessory.PRAM:
            _pram(shape, colour)
    if posture is Posture.PHONE and motion is None:
        _telephone(shape, body)


def hash_of(outfit: Outfit) -> int:
    """A number from an outfit's colours that is the same in every process."""
    return round(1000 * sum((*outfit.top, *outfit.trousers, outfit.scale)))


def _on_back(shape: Shape, body: Posed, colour: Rgb) -> None:
    turned, head = body.at("spine_03")
    size = 0.9 if body.skin.points[:, 2].max() > 1.45 else 0.7
    shape.box((0.17 * size, 0.30 * size, 0.44 * size), head + turned @ (-0.17, 0.0, 0.02), colour,
              turned)  # fmt: skip
    for side in (0.11, -0.11):
        shape.tube(head + turned @ (-0.06, side, 0.20), head + turned @ (0.12, side, 0.06), 0.022,
                   colour)  # fmt: skip


def _hat(shape: Shape, body: Posed, colour: Rgb) -> None:
    turned, head = body.at("head")
    crown = _crown(body)
    shape.ball(head + turned @ (-0.005, 0.0, crown - 0.085), (0.108, 0.092, 0.11), colour, turned,
               top_only=True)  # fmt: skip
    shape.box((0.12, 0.15, 0.012), head + turned @ (0.13, 0.0, crown - 0.085), colour, turned)


def _crown(body: Posed) -> float:
    """From the head's joint up to the crown, at rest."""
    skin = body.skin
    return float(skin.points[:, 2].max() - skin.heads[skin.bone_names.index("head"), 2])


def _in_hand(shape: Shape, body: Posed, hand: str, colour: Rgb) -> None:
    place = body.at(hand)[1]
    low = place - (0.0, 0.0, 0.36)
    shape.box((0.32, 0.12, 0.24), low, colour)
    shape.tube(place - (0.08, 0, 0.02), np.add(low, (-0.12, 0.0, 0.12)), 0.012, colour)
    shape.tube(np.add(place, (0.08, 0, -0.02)), np.add(low, (0.12, 0.0, 0.12)), 0.012, colour)


def _umbrella(shape: Shape, body: Posed, colour: Rgb) -> None:
    top = float(body.points[:, 2].max())
    shoulder = body.at("upperarm_r")[1]
    grip = np.add(shoulder, (0.24, 0.06, -0.28))
    tip = np.array((grip[0], grip[1] + 0.02, top + 0.30))
    shape.tube(grip, tip, 0.012, STEEL)
    shape.tube(shoulder, grip, 0.05, (0.35, 0.33, 0.32))
    rim = tip - (0.0, 0.0, 0.24)
    shape.ball(rim, (0.52, 0.52, 0.24), colour, top_only=True)
    shape.ball(rim, (0.515, 0.515, 0.235), _darker(colour), INSIDE_OUT, top_only=True)


def _darker(colour: Rgb) -> Rgb:
    red, green, blue = colour
    return 0.55 * red, 0.55 * green, 0.55 * blue


def _stick(shape: Shape, body: Posed) -> None:
    hand = body.at("hand_r")[1]
    foot = np.array((hand[0] + 0.16, hand[1] - 0.03, 0.0))
    shape.tube(foot, np.add(hand, (0.02, 0, -0.06)), 0.013, WOOD)


def _pram(shape: Shape, colour: Rgb) -> None:
    """A push-chair half a step ahead, its hood towards the one who pushes."""
    x = 0.72
    for ahead in (-0.24, 0.28):
        for side in (0.22, -0.22):
            shape.wheel((x + ahead, side, 0.13), 0.12, (0.08, 0.08, 0.08), 0.045)
    for side in (0.22, -0.22):
        shape.tube((x - 0.24, side, 0.13), (x + 0.12, side, 0.52), 0.014, STEEL)
        shape.tube((x + 0.28, side, 0.13), (x - 0.40, side, 1.00), 0.014, STEEL)
    shape.tube((x - 0.40, 0.22, 1.00), (x - 0.40, -0.22, 1.00), 0.016, (0.1, 0.1, 0.1))
    tilt = rotation_map(0.0, -0.25)
    shape.box((0.62, 0.38, 0.20), (x + 0.02, 0.0, 0.50), colour, tilt)
    shape.box((0.10, 0.38, 0.40), (x - 0.26, 0.0, 0.68), colour, rotation_map(0.0, -0.35))
    shape.ball((x - 0.14, 0.0, 0.74), (0.26, 0.20, 0.26), colour, top_only=True)
    shape.ball((x - 0.02, 0.0, 0.66), (0.08, 0.075, 0.09), (0.82, 0.64, 0.52), warmth_c=33.0)


def _telephone(shape: Shape, body: Posed) -> None:
    place: Array = body.at("hand_r")[1] + (0.06, 0.0, 0.08)
    shape.box((0.012, 0.075, 0.15), place, (0.06, 0.06, 0.08), rotation_map(0.0, -0.6))
