"""Whom the thermal camera shows in the dark, beside stock YOLO on the colour picture.

Dark scenes of the seeing suite are driven with rendered pictures, the localization's pose and the
lidar's scans, as on the vehicle; half of the pictures count. Found is who has an observation that
may start a track (`tracking.sure_score`), by box or by place. The named alternative is YOLO on the
colour picture alone, of the same moments. False are people by warmth where there are none. Scenes
that were made for the thermal camera (`dark_alley`) are told apart, and count for no target. Needs
the weights (`sunra models fetch`).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from benchmarks.perception.warm_parts.shots import shots_of
from benchmarks.perception.warm_parts.ways import BOTH, COLOUR, FAR_M, WAYS, Tally, Ways
from benchmarks.shared.targets import Target, finish, parser
from perception.config import load_perception_config
from perception.detectors.yolo import YoloDetector, input_size
from perception.models import load_manifest, models_dir
from simulation.scenarios.collect import collect
from simulation.scenarios.file import Perception
from simulation.scenarios.scenario import Scenario

ROOT = Path(__file__).parents[2]
KINDS = "crowd,collapsed_person,loitering,person_on_road,fire"
BANDS_M = ((2.0, 5.0), (5.0, 10.0), (10.0, 15.0), (15.0, FAR_M))
TABLE = "events"  # of the targets
LEAST_GAIN, MOST_FALSE, MOST_MS = 1.2, 1.0, 3.0


def scenes(kinds: Sequence[str], seeds: range) -> list[Scenario]:
    """Dark scenes of the seeing suite before the first camera, without their own perception."""
    found = collect((ROOT / "config" / "scenarios" / "seeing",), seeds)
    return [
        replace(one, vehicle=replace(one.vehicle, perception=Perception.HEARTBEAT))
        for one in found
        if one.truth is not None
        and one.truth.incident.value in kinds
        and one.conditions.is_dark
        and len(one.spec.cameras) == 1
    ]


def tallies_of(chosen: Sequence[Scenario]) -> dict[str, Tally]:
    """Drive the scenes, and count who is found, by the table that scenes are from."""
    config = load_perception_config(ROOT / "config" / "perception.yaml")
    spec = chosen[0].spec
    camera = spec.cameras[0]
    size = input_size(camera.width_px, camera.height_px, config.detector.long_side_px)
    yolo = YoloDetector(load_manifest().model(config.detector.model), models_dir(), size)
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    driven = shots_of(chosen, yolo, config.tracking.weak_score)
    for scene, shots in zip(chosen, driven, strict=True):
        tally = tallies[scene.path.stem]
        before = tally.false_warm
        Ways(config, spec, scene.patrol_map).judge(shots, tally)
        false = tally.false_warm - before
        print(f"{scene.id}: {len(shots)} pictures, {false} false", file=sys.stderr)
    return tallies


def shares(tally: Tally, near_m: float, far_m: float) -> dict[str, float]:
    """Print one line of the table; the share of people found by each way, NaN without any."""
    chosen = [hits for distance_m, hits in tally.found if near_m <= distance_m < far_m]
    found = {way: float(np.mean([hits[way] for hits in chosen] or [np.nan])) for way in WAYS}
    text = ", ".join(f"{way} {100 * share:.0f} %" for way, share in found.items())
    print(f"{near_m:g} to {far_m:g} m: {len(chosen)} people, found by {text}")
    return found


def main() -> int:
    """Print the table and a line for each target; 0 when all were met."""
    options = parser(__doc__)
    options.add_argument("--kinds", default=KINDS, help="of the seeing suite, with commas")
    options.add_argument("--seed", type=int, default=1002, help="the first")
    options.add_argument("--seeds", type=int, default=1, help="how many")
    given = options.parse_args()
    seeds = range(given.seed, given.seed + given.seeds)
    chosen = scenes(given.kinds.split(","), seeds)
    if not chosen:
        print(f"warm: --kinds {given.kinds}: no dark scene of such in the suite", file=sys.stderr)
        return 2
    tallies = tallies_of(chosen)
    for table, tally in tallies.items():
        print(f"{table}:")
        for near_m, far_m in BANDS_M:
            shares(tally, near_m, far_m)
        print(
            f"false people by warmth: {tally.false_warm} in {tally.pictures} pictures, of which"
            f" {tally.empty} show nobody: {tally.false_in_empty}"
        )
    tally = tallies.get(TABLE, Tally())
    far = shares(tally, 10.0, FAR_M)
    gain = far[BOTH] / max(far[COLOUR], 1e-9)
    false = 100 * tally.false_in_empty / tally.empty if tally.empty else None
    spent_s = [seconds for one in tallies.values() for seconds in one.spent_s]
    middle_ms, most_ms = 1e3 * np.quantile(spent_s, (0.5, 0.95))
    print(f"a thermal picture takes: median {middle_ms:.2f} ms, p95 {most_ms:.2f} ms")
    return finish(
        [
            Target("people from 10 m on, both over colour alone", gain, LEAST_GAIN),
            Target("false people in 100 pictures of nobody", false, MOST_FALSE, True),
            Target("a thermal picture, median, ms", float(middle_ms), MOST_MS, True),
        ],
        given.json,
    )


if __name__ == "__main__":
    sys.exit(main())
