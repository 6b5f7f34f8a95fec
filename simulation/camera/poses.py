"""Poses: rotations of bones for every posture and every phase of every motion.

A pose maps a bone's name to a rotation (3, 3) about the bone's head, in body axes (x ahead, y
left, z up), from the rig's A pose.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from simulation.actors.kinds import Posture

Array = NDArray[np.float64]
Pose = dict[str, Array]
LOWER = 36.0  # degrees from the rig's A pose to hanging arms


def turn(axis: str, degrees: float) -> Array:
    """Rotation about the body's x (ahead), y (left) or z (up)."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    table = {
        "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
        "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    }
    return np.array(table[axis], float)


def swing(degrees: float) -> Array:
    """A limb that hangs down swings ahead by a positive angle."""
    return turn("y", -degrees)


def _aligning(a: tuple[float, float, float], b: tuple[float, float, float]) -> Array:
    """The shortest turn from direction a to direction b."""
    u, v = np.array(a) / math.hypot(*a), np.array(b) / math.hypot(*b)
    axis = np.cross(u, v)
    angle = math.atan2(float(np.linalg.norm(axis)), float(u @ v))
    aligning: Array = Rotation.from_rotvec(angle * axis / np.linalg.norm(axis)).as_matrix()
    return aligning


# The rig's elbows are bent; these turns bring its forearms in line with the upper arms.
STRAIGHT_L = _aligning((0.187, 0.133, -0.125), (0.0, 0.166, -0.190))
STRAIGHT_R = _aligning((0.187, -0.133, -0.125), (0.0, -0.166, -0.190))

# Lying bodies have their head towards +x; upright, they face where these roots begin.
SUPINE = turn("y", 90) @ turn("z", 180)
PRONE = turn("y", 90)
ON_SIDE = turn("y", 90) @ turn("z", -90)


def arms(left: float, right: float, lower: float = LOWER, bend: float = 0.0) -> Pose:
    """Both upper arms lowered and swung, elbows bent by `bend` from straight."""
    return {
        "upperarm_l": swing(left) @ turn("x", -lower),
        "upperarm_r": swing(right) @ turn("x", lower),
        "lowerarm_l": turn("x", lower) @ swing(bend) @ turn("x", -lower) @ STRAIGHT_L,
        "lowerarm_r": turn("x", -lower) @ swing(bend) @ turn("x", lower) @ STRAIGHT_R,
    }


def legs(left: tuple[float, float], right: tuple[float, float]) -> Pose:
    """Hip and knee of both legs, degrees of flexion."""
    return {
        "thigh_l": swing(left[0]), "calf_l": swing(-left[1]),
        "thigh_r": swing(right[0]), "calf_r": swing(-right[1]),
    }  # fmt: skip


def gait(phase: float, stretch: float = 1.0, stoop: float = 0.0) -> Pose:
    """Walking at a phase in [0, 1): hips and knees much as in Winter (2009), figure 3.5."""
    cosine = math.cos(2 * math.pi * phase)
    pose = arms(-24 * stretch * cosine, 24 * stretch * cosine, bend=18 + stoop / 2)
    for side, shift in (("l", 0.0), ("r", 0.5)):
        angle = 2 * math.pi * (phase + shift)
        hip = 6 + 24 * stretch * math.cos(angle)
        lift = 26 * max(0.0, -math.sin(angle - 0.5)) + 26 * max(0.0, -math.sin(angle)) ** 2
        knee = 8 + stretch * lift + stoop / 2
        pose |= {f"thigh_{side}": swing(hip + stoop / 3), f"calf_{side}": swing(-knee),
                 f"foot_{side}": swing(knee - hip if knee > 30 else 4)}  # fmt: skip
    if stoop:
        pose |= {"spine_01": turn("y", stoop), "spine_03": turn("y", stoop / 2),
                 "head": swing(stoop)}  # fmt: skip
    return pose


def run(phase: float) -> Pose:
    """Running: more lean, bent arms, heels that rise behind (after Novacheck 1998, figure 5)."""
    cosine = math.cos(2 * math.pi * phase)
    pose = arms(-42 * cosine, 42 * cosine, lower=LOWER + 6, bend=78)
    pose["spine_01"] = turn("y", 9)
    for side, shift in (("l", 0.0), ("r", 0.5)):
        angle = 2 * math.pi * (phase + shift)
        hip = 16 + 38 * math.cos(angle)
        knee = 22 + 78 * max(0.0, -math.sin(angle - 0.25)) ** 1.5
        pose |= {f"thigh_{side}": swing(hip), f"calf_{side}": swing(-knee),
                 f"foot_{side}": swing(8)}  # fmt: skip
    return pose


def _standing() -> Pose:
    return arms(4, -2, bend=14)


def _phone() -> Pose:
    return _standing() | _right_arm(34, 112) | {
        "head": turn("y", 24), "neck_01": turn("y", 8),
    }  # fmt: skip


def _right_arm(swung: float, bend: float, lower: float = LOWER) -> Pose:
    """One arm out of arms()."""
    both = arms(0, swung, lower, bend)
    return {bone: both[bone] for bone in ("upperarm_r", "lowerarm_r")}


def talking(phase: float) -> Pose:
    """Standing with a hand that underlines what is said."""
    lift = 0.5 - 0.5 * math.cos(2 * math.pi * phase)
    return _standing() | _right_arm(8 + 22 * lift, 30 + 66 * lift, LOWER - 6) | {
        "head": turn("z", 8 * math.sin(6.28 * phase)),
    }  # fmt: skip


POSTURES: dict[Posture, Pose] = {
    Posture.STANDING: _standing(),
    Posture.PHONE: _phone(),
    Posture.TALKING: talking(0.0),
    Posture.SITTING: {
        **arms(12, 25, 30, 28),
        "spine_02": swing(8), "thigh_l": turn("x", 6) @ swing(128), "calf_l": swing(-95),
        "thigh_r": turn("x", -6) @ swing(98), "calf_r": swing(-18), "head": swing(10),
    },
    Posture.SITTING_BENCH: {
        **arms(34, 30, LOWER, 52), **legs((88, 86), (84, 92)),
        "spine_01": turn("y", 6), "foot_l": swing(0), "foot_r": swing(8),
    },
    Posture.CROUCHING: {
        **arms(52, 58, LOWER + 4, 30),
        "Root": turn("y", 18), "spine_01": turn("y", 26), "spine_03": turn("y", 18),
        "thigh_l": swing(112), "calf_l": swing(-118), "foot_l": swing(14),
        "thigh_r": swing(42), "calf_r": swing(-122), "foot_r": swing(-30), "head": swing(-8),
    },
    Posture.LYING_SUPINE: {
        "Root": SUPINE, **arms(-14, -10, 8, 12),
        "thigh_l": turn("x", 5) @ swing(4), "thigh_r": turn("x", -6) @ swing(24),
        "calf_r": swing(-40), "head": turn("z", 25),
    },
    Posture.LYING_SIDE: {
        "Root": ON_SIDE,
        "upperarm_l": turn("z", -24) @ swing(66) @ turn("x", -LOWER), "lowerarm_l": swing(25),
        "upperarm_r": turn("z", 26) @ swing(40) @ turn("x", LOWER), "lowerarm_r": swing(30),
        "thigh_l": swing(28), "calf_l": swing(-45), "thigh_r": swing(48), "calf_r": swing(-62),
        "spine_01": swing(8), "head": swing(12),
    },
    Posture.LYING_PRONE: {
        "Root": PRONE,
        "upperarm_l": swing(6) @ turn("x", 92), "lowerarm_l": turn("x", 35) @ STRAIGHT_L,
        "upperarm_r": swing(-4) @ turn("x", 24), "lowerarm_r": turn("x", 20) @ STRAIGHT_R,
        "thigh_r": turn("x", -16), "thigh_l": turn("x", 4), "head": turn("z", 55),
        "foot_l": swing(-62), "foot_r": swing(-62),
    },
    Posture.CURLED: {
        "Root": ON_SIDE, **arms(58, 66, LOWER + 4, 108),
        "thigh_l": swing(98), "calf_l": swing(-104), "thigh_r": swing(108), "calf_r": swing(-112),
        "spine_01": turn("y", 24), "spine_02": turn("y", 16), "neck_01": turn("y", 18),
        "head": turn("y", 22),
    },
}  # fmt: skip
BUCKLED: Pose = {
    **arms(38, 30, 10, 30), **legs((62, 88), (40, 70)), "spine_01": turn("y", 20),
    "head": turn("y", 12),
}  # fmt: skip
ROOTS = {p: pose["Root"] for p, pose in POSTURES.items() if "lying" in p or p == Posture.CURLED}


def falling(to: Posture, phase: float) -> Pose:
    """From upright over buckling knees to a posture on the ground; phase 0 to 1."""
    upright = _standing() | {"Root": _facing(to)}
    end = {"Root": np.eye(3)} | POSTURES[to]
    middle = BUCKLED | {"Root": _between(upright["Root"], end["Root"], 0.22)}
    if phase < 0.4:
        return blended(upright, middle, phase / 0.4)
    return blended(middle, end, (phase - 0.4) / 0.6)


def rising(after: Posture, phase: float) -> Pose:
    """From a posture on the ground over a crouch to upright; phase 0 to 1."""
    start = {"Root": np.eye(3)} | POSTURES[after]
    facing = _facing(after)
    crouch = POSTURES[Posture.CROUCHING]
    crouched = crouch | {"Root": facing @ crouch["Root"]}
    if phase < 0.55:
        return blended(start, crouched, phase / 0.55)
    return blended(crouched, _standing() | {"Root": facing}, (phase - 0.55) / 0.45)


def _facing(posture: Posture) -> Array:
    """The upright root from which a body falls to a posture in one turn."""
    return turn("y", -90) @ ROOTS[posture] if posture in ROOTS else np.eye(3)


def fighting(phase: float) -> Pose:
    """Guard, a straight, guard, a swing or a kick: one blow to a phase."""
    guard: Pose = {
        **arms(52, 40, LOWER, 100), **legs((22, 26), (-14, 20)),
        "spine_01": turn("y", 10), "spine_03": turn("z", 12),
    }  # fmt: skip
    blows: tuple[Pose, ...] = (
        guard | _right_arm(88, 8) | {"spine_03": turn("z", 34)},
        guard | {"upperarm_l": turn("z", -30) @ swing(96) @ turn("x", -10),
                 "lowerarm_l": swing(30), "spine_03": turn("z", -26)},
        guard | {"thigh_r": swing(84), "calf_r": swing(-14), "spine_01": swing(12)},
    )  # fmt: skip
    blow = blows[int(phase) % len(blows)]
    return blended(guard, blow, math.sin(math.pi * (phase % 1.0)) ** 2)


def bending(phase: float) -> Pose:
    """Down to the ground with the right hand."""
    down: Pose = {
        **arms(20, 60, LOWER, 14), **legs((72, 78), (58, 84)),
        "spine_01": turn("y", 38), "spine_02": turn("y", 16), "head": swing(10),
    }  # fmt: skip
    return blended(_standing(), down, phase)


def reaching() -> Pose:
    """A hand held out ahead, at the height of the face."""
    return _standing() | _right_arm(98, 10) | {
        "spine_01": turn("y", 8), "thigh_l": swing(14), "thigh_r": swing(-10),
    }  # fmt: skip


def pushing(phase: float) -> Pose:
    """Both hands ahead against something, with the legs of a walk."""
    return gait(phase, 0.6) | arms(58, 58, LOWER, 34) | {"spine_01": turn("y", 10)}


def shoving() -> Pose:
    """Both hands against something heavy, braced."""
    return (
        legs((34, 30), (-26, 12)) | arms(82, 82, LOWER, 14) | {"Root": turn("y", 12),
                                                                 "head": swing(10)}
    )  # fmt: skip


def pedalling(phase: float) -> Pose:
    """On a saddle, hands on the bar."""
    pose = arms(62, 62, LOWER, 16) | {"spine_01": turn("y", 22), "spine_03": turn("y", 10),
                                      "head": swing(22)}  # fmt: skip
    for side, shift in (("l", 0.0), ("r", 0.5)):
        angle = 2 * math.pi * (phase + shift)
        pose |= {f"thigh_{side}": swing(58 + 24 * math.cos(angle)),
                 f"calf_{side}": swing(-(72 + 30 * math.cos(angle - 0.6)))}  # fmt: skip
    return pose


def on_deck() -> Pose:
    """Standing on a scooter, hands on the bar."""
    return arms(46, 46, LOWER, 36) | legs((14, 18), (-8, 14)) | {"spine_01": turn("y", 4)}


def blended(a: Pose, b: Pose, share: float) -> Pose:
    """Between two poses, each bone by the shortest turn."""
    still = np.eye(3)
    return {bone: _between(a.get(bone, still), b.get(bone, still), share) for bone in a | b}


def _between(a: Array, b: Array, share: float) -> Array:
    way = Rotation.from_matrix(a.T @ b).as_rotvec()
    between: Array = a @ Rotation.from_rotvec(share * way).as_matrix()
    return between
