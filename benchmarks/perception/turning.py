"""How well two pictures tell how far the vehicle turned between them.

Pairs of rendered pictures at drawn places of a neighbourhood, 0.2 s apart: by day, in rain, by
night. The named alternative, on the same pairs, is the shift of the background's affine
(perception/image_motion.py), as trackers in the picture take the camera's motion. The first guess
of the turn is 0.03 rad off, as a yaw rate that is wrong by 0.15 rad/s makes it.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from benchmarks.shared.targets import Target, finish, parser
from patrol.geometry import Pose2, StampedPose
from patrol.map_geojson import load_map
from patrol.vehicle import CameraSpec, load_vehicle
from perception.camera_rays import rotation
from perception.image_motion import ImageMotion
from perception.seen_turn import SeenPicture, rolled, seen_turn_rad
from simulation.camera.renderer import SceneNow, open_renderer
from simulation.conditions import Conditions, Weather
from simulation.placing import edge_line
from simulation.terrain import attitude_on
from simulation.world import build_world

ROOT = Path(__file__).parents[2]
NOBODY = np.zeros((0, 4))
SKIES = {
    "day": Conditions(12.0, Weather.CLEAR),
    "rain": Conditions(14.0, Weather.RAIN),
    "night": Conditions(21.0, Weather.CLEAR),
}
MOST_TURN_RAD, MOST_WAY_M, ASIDE_RAD = 0.12, 0.28, 0.3
WRONG_RAD = 0.03
FAR_OFF_RAD = 0.01  # half of what EgoMotion takes for a correction
LEAST_TOLD, MOST_ERROR_RAD, LEAST_GAIN = 0.9, 0.002, 5.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures, and what the vehicle did between them."""

    before: SeenPicture
    now: SeenPicture
    way_m: float
    turn_rad: float


@dataclass(frozen=True, slots=True)
class Errors:
    """Of those that were told, rad; NaN for the others."""

    ours: np.ndarray
    affine: np.ndarray
    spent_s: float  # a pair, ours


def pairs(sky: Conditions, camera: CameraSpec, number: int, seed: int) -> Iterator[Pair]:
    """Drawn by seed."""
    rng = np.random.default_rng([seed, number])
    patrol_map = load_map(ROOT / "maps" / "sillim.geojson")
    world = build_world(patrol_map, parked_cars=60, seed=seed, conditions=sky)
    edges = list(patrol_map.edges.values())
    renderer = open_renderer(world, [camera])

    def taken(pose: Pose2, now_s: float) -> SeenPicture:
        roll, pitch = attitude_on(world.terrain, pose.x_m, pose.y_m, pose.yaw_rad)
        z_m = float(world.terrain.height_at(pose.x_m, pose.y_m))
        base = rotation(roll, pitch, pose.yaw_rad)
        place = np.array([pose.x_m, pose.y_m, z_m])
        image = renderer.render(camera, place, base, SceneNow((), now_s))
        stamped = StampedPose(now_s, pose, np.eye(3), roll_rad=roll, pitch_rad=pitch)
        return SeenPicture(image, stamped, NOBODY)

    try:
        for _ in range(number):
            line = edge_line(patrol_map, edges[int(rng.integers(len(edges)))])
            at = line.interpolate(float(rng.uniform(0.2, 0.6)), normalized=True)
            (x1, y1), (x2, y2) = line.coords[0], line.coords[-1]
            aside_rad = float(rng.uniform(-ASIDE_RAD, ASIDE_RAD))
            pose = Pose2(at.x, at.y, math.atan2(y2 - y1, x2 - x1) + aside_rad)
            turn_rad = float(rng.uniform(-MOST_TURN_RAD, MOST_TURN_RAD))
            way_m = float(rng.uniform(0.0, MOST_WAY_M))
            later = pose.compose(rolled(way_m, turn_rad))
            yield Pair(taken(pose, 1.0), taken(later, 1.2), way_m, turn_rad)
    finally:
        renderer.close()


def affine_turn_rad(camera: CameraSpec, pair: Pair) -> float:
    """By the background's shift in the picture's middle; NaN where there is none."""
    looks = ImageMotion()
    looks.step(pair.before.image_bgr, NOBODY)
    motion = looks.step(pair.now.image_bgr, NOBODY)
    if motion is None:
        return math.nan
    middle = np.array([camera.width_px / 2, camera.height_px / 2, 1.0])
    return math.atan2(float((motion @ middle)[0] - middle[0]), camera.focal_px)


def measure(sky: Conditions, camera: CameraSpec, number: int, seed: int) -> Errors:
    """Both ways over the same pairs."""
    ours, affine, spent_s = [], [], 0.0
    for pair in pairs(sky, camera, number, seed):
        began_s = time.process_time()
        guess_rad = pair.turn_rad + WRONG_RAD
        turn = seen_turn_rad(camera, pair.before, pair.now, pair.way_m, guess_rad)
        spent_s += time.process_time() - began_s
        ours.append(math.nan if turn is None else turn - pair.turn_rad)
        affine.append(affine_turn_rad(camera, pair) - pair.turn_rad)
    return Errors(np.abs(ours), np.abs(affine), spent_s / number)


def _told(name: str, errors: np.ndarray) -> str:
    told = errors[np.isfinite(errors)]
    if not len(told):
        return f"{name} tells none"
    half, most = 1e3 * np.quantile(told, (0.5, 0.9))
    return f"{name} tells {len(told)} of {len(errors)}, error p50 {half:.1f}, p90 {most:.1f} mrad"


def main() -> int:
    """Print a line for each sky and target; 0 when all were met."""
    options = parser(__doc__)
    options.add_argument("--seed", type=int, default=4)
    options.add_argument("--pairs", type=int, default=60)
    given = options.parse_args()
    camera = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml").cameras[0]
    found = {name: measure(sky, camera, given.pairs, given.seed) for name, sky in SKIES.items()}
    for name, errors in found.items():
        print(
            f"{name}: {_told('ours', errors.ours)}; {_told('the affine', errors.affine)};"
            f" {1e3 * errors.spent_s:.0f} ms of CPU"
        )
    ours = np.concatenate([errors.ours for errors in found.values()])
    affine = np.concatenate([errors.affine for errors in found.values()])
    day = found["day"].ours
    gain = float(np.nanmedian(affine) / np.nanmedian(ours))
    wrong = float(np.mean(ours[np.isfinite(ours)] > FAR_OFF_RAD))
    return finish(
        [
            Target("share of turns told by day", float(np.isfinite(day).mean()), LEAST_TOLD),
            Target("error of those told, p90, rad", float(np.nanquantile(ours, 0.9)),
                   MOST_ERROR_RAD, True),
            Target("share told wrong by 0.01 rad or more", wrong, 0.02, True),
            Target("median error, the affine's over ours", gain, LEAST_GAIN),
        ],
        given.json,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
