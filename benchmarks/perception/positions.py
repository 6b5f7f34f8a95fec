"""How far from the truth people are placed who the vehicle sees, by range, and whether it knows.

Scenes of the seeing suite are driven with rendered pictures: the detector's boxes of people of
whom at least 70 % can be seen, the localization's pose, the lidar's scan, as on the vehicle. Every
look counts once for each way of placing it: by lidar where a return is found, by the camera alone
on a map with heights, by the camera alone on one without, and, as the named alternative, on the
flat plane under the vehicle. Needs the weights (`sunra models fetch`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from benchmarks.perception.positions_parts.looks import looks_of
from benchmarks.perception.positions_parts.places import (
    CAMERA,
    LIDAR,
    NO_MAP,
    PLANE,
    Error,
    Places,
)
from benchmarks.shared.targets import Target, finish, parser
from perception.config import load_perception_config
from perception.detectors.yolo import YoloDetector, input_size
from perception.models import load_manifest, models_dir
from simulation.scenarios.collect import collect
from simulation.scenarios.file import Perception
from simulation.scenarios.scenario import Scenario

ROOT = Path(__file__).parents[2]
KINDS = "crowd,loitering,intrusion,person_on_road,running"
BANDS_M = ((2.0, 5.0), (5.0, 10.0), (10.0, 15.0), (15.0, 20.0))


def scenes(kinds: Sequence[str], seeds: range) -> list[Scenario]:
    """Scenes of the seeing suite, without their own perception."""
    found = collect((ROOT / "config" / "scenarios" / "seeing",), seeds)
    return [
        replace(one, vehicle=replace(one.vehicle, perception=Perception.HEARTBEAT))
        for one in found
        if one.truth is not None and one.truth.incident.value in kinds
    ]


def errors(chosen: Sequence[Scenario]) -> list[Error]:
    """Drive the scenes, and place everybody who is found."""
    config = load_perception_config(ROOT / "config" / "perception.yaml")
    spec = chosen[0].spec
    camera = spec.cameras[0]
    size = input_size(camera.width_px, camera.height_px, config.detector.long_side_px)
    yolo = YoloDetector(load_manifest().model(config.detector.model), models_dir(), size)
    places, found = Places(config, spec), list[Error]()
    driven = looks_of(chosen, lambda image: yolo.detect(image, config.tracking.weak_score))
    for scene, looks in zip(chosen, driven, strict=True):
        found += places.errors(looks)
        print(f"{scene.id}: {len(looks)} looks", file=sys.stderr)
    return found


def row(found: Sequence[Error], way: str, near_m: float, far_m: float) -> tuple[float, float]:
    """Print one line of the table; the error's p90 and the ellipse's share, NaN without looks."""
    chosen = [e for e in found if e.way == way and near_m <= e.distance_m < far_m]
    if not chosen:
        return float("nan"), float("nan")
    middle, most = np.quantile([e.error_m for e in chosen], (0.5, 0.9))
    inside = float(np.mean([e.inside for e in chosen]))
    print(
        f"{way}, {near_m:g} to {far_m:g} m: {len(chosen)} looks, median {middle:.2f} m,"
        f" p90 {most:.2f} m, 95 % ellipse holds {100 * inside:.1f} %"
    )
    return float(most), inside


def main() -> int:
    """Print the table and a line for each target; 0 when all were met."""
    options = parser(__doc__)
    options.add_argument("--kinds", default=KINDS, help="of the seeing suite, with commas")
    options.add_argument("--seed", type=int, default=30, help="the first")
    options.add_argument("--seeds", type=int, default=1, help="how many")
    given = options.parse_args()
    seeds = range(given.seed, given.seed + given.seeds)
    chosen = scenes(given.kinds.split(","), seeds)
    if not chosen:
        print(f"positions: --kinds {given.kinds}: no such scene in the suite", file=sys.stderr)
        return 2
    found = errors(chosen)
    for way in (LIDAR, CAMERA, NO_MAP, PLANE):
        for near_m, far_m in BANDS_M:
            row(found, way, near_m, far_m)
    print("over all:")
    by_lidar, lidar_inside = row(found, LIDAR, 2.0, 20.0)
    near, inside = row(found, CAMERA, 2.0, 15.0)
    far, far_inside = row(found, CAMERA, 15.0, 20.0)
    flat, _ = row(found, PLANE, 2.0, 15.0)
    print(f"p90 of the flat plane over ours up to 15 m: {flat / near:.1f}")
    shares = {"lidar": lidar_inside, "up to 15 m": inside, "15 to 20 m": far_inside}
    ellipses = [
        Target(f"95 % ellipse holds, {name}, {side}", share, bound, side == "at most")
        for name, share in shares.items()
        for side, bound in (("at least", 0.90), ("at most", 0.98))
    ]
    return finish(
        [
            Target("p90 of the position error with lidar, m", by_lidar, 0.5, True),
            Target("p90 by the camera alone, up to 15 m, m", near, 1.2, True),
            Target("p90 by the camera alone, 15 to 20 m, m", far, 2.0, True),
            *ellipses,
        ],
        given.json,
    )


if __name__ == "__main__":
    sys.exit(main())
