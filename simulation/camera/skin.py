"""Skin: baked bodies in a pose, by linear-blend skinning (Magnenat-Thalmann et al. 1988)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from patrol.errors import ConfigError
from simulation.actors.kinds import Body
from simulation.camera.poses import Pose

Array = NDArray[np.float64]
ASSETS = Path(__file__).parents[1] / "assets" / "people.npz"
SKIN, HAIR, TOP, TROUSERS, SHOES = range(5)  # regions of a body


@dataclass(frozen=True)
class Skin:
    """One baked body; see simulation/assets/bake_people.py for the arrays."""

    bone_names: tuple[str, ...]
    parents: tuple[int, ...]
    points: Array
    faces: NDArray[np.int64]
    regions: NDArray[np.int64]
    bones: NDArray[np.int64]
    weights: Array
    heads: Array


@dataclass(frozen=True)
class Posed:
    """A body in a pose: points (n, 3), rotations (b, 3, 3) and heads (b, 3) of its bones."""

    skin: Skin
    points: Array
    rotations: Array
    heads: Array

    def at(self, bone: str) -> tuple[Array, Array]:
        """Rotation and place of a bone, to hang something on it."""
        i = self.skin.bone_names.index(bone)
        return self.rotations[i], self.heads[i]

    def moved(self, by: Array) -> Posed:
        """The same, elsewhere."""
        return Posed(self.skin, self.points + by, self.rotations, self.heads + by)


@lru_cache(maxsize=1)
def _baked() -> dict[str, NDArray[np.generic]]:
    try:
        with np.load(ASSETS) as data:
            return {key: data[key] for key in data.files}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{ASSETS}: cannot be read: {error}") from error


@cache
def skin_of(body: Body) -> Skin:
    """A baked body; raises ConfigError where the assets lack it."""
    data = _baked()
    if f"{body}_points" not in data:
        raise ConfigError(f"{ASSETS}: has no body {body!r}; bake it with bake_people.py")
    weights = data[f"{body}_weights"].astype(float)
    at, faces, regions = _cut_by_region(
        data[f"{body}_faces"].astype(np.int64), data[f"{body}_regions"].astype(np.int64)
    )
    return Skin(
        tuple(str(name) for name in data["bone_names"]),
        tuple(int(p) for p in data["parents"].astype(int)),
        data[f"{body}_points"].astype(float)[at],
        faces,
        regions,
        data[f"{body}_bones"].astype(np.int64)[at],
        (weights / weights.sum(axis=1, keepdims=True))[at],
        data[f"{body}_heads"].astype(float),
    )


def _cut_by_region(
    faces: NDArray[np.int64], regions: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Clothes end at an edge: each face wears one thing, and points on an edge are doubled.

    Gives the old number of each new point, the faces, and the region of each new point.
    """
    worn = np.median(regions[faces], axis=1).astype(np.int64)
    count = int(regions.max()) + 1
    pairs, new = np.unique(faces * count + worn[:, None], return_inverse=True)
    return pairs // count, new.reshape(faces.shape), pairs % count


def posed(skin: Skin, pose: Pose) -> Posed:
    """The body in a pose, its lowest point on z = 0."""
    count = len(skin.bone_names)
    rotations, heads = np.zeros((count, 3, 3)), np.zeros((count, 3))
    done: set[int] = set()

    def place(i: int) -> None:
        if i in done:
            return
        local, parent = pose.get(skin.bone_names[i], np.eye(3)), skin.parents[i]
        if parent < 0:
            rotations[i], heads[i] = local, skin.heads[i]
        else:
            place(parent)
            rotations[i] = rotations[parent] @ local
            heads[i] = heads[parent] + rotations[parent] @ (skin.heads[i] - skin.heads[parent])
        done.add(i)

    for i in range(count):
        place(i)
    away = skin.points[:, None, :] - skin.heads[skin.bones]
    moved = np.einsum("nkij,nkj->nki", rotations[skin.bones], away) + heads[skin.bones]
    points = np.einsum("nk,nki->ni", skin.weights, moved)
    return Posed(skin, points, rotations, heads).moved(np.array((0, 0, -points[:, 2].min())))
