"""What each stage of perception takes, a picture, with 30 people before the vehicle.

A made street: 30 people walk round a vehicle that drives and turns, boxes are written down, the
picture is grey with noise. The real pipeline with all rules runs over it; the networks that rules
ask for a close look are counted apart. The named alternative is the tracker alone, on the same
pictures.

Times are the CPU's, of the one thread that perception and OpenCV then have, and of each picture
the least of several runs over the same street: others who keep the machine busy make a picture
slower and never quicker. Even so a busy machine, whose caches are others', comes out slower. Needs
the weights (`sunra models fetch`).
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import cv2
import numpy as np

from benchmarks.perception.tracking_parts.made_crowd import CAMERA, Look, crowd
from benchmarks.shared.targets import Target, finish, parser
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from perception.config import PerceptionConfig, load_perception_config
from perception.detectors.base import Detections, Image, PoseDetector, Skeleton
from perception.detectors.scripted import COCO_NAMES
from perception.detectors.yolo import YoloDetector, YoloPose
from perception.evidence import EvidenceRecorder
from perception.eye import Eye
from perception.incidents import IncidentBook
from perception.map_view import PatrolMapView
from perception.models import load_manifest, models_dir
from perception.pipeline import PerceptionPipeline
from perception.rules.registry import RuleTools, rules_of_all, rules_of_one
from perception.tracking import Tracker
from perception.types import Frame

ROOT = Path(__file__).parents[2]
PEOPLE, MOST_MS = 30, 5.0
BEGIN_S = 1774062000.0  # noon in Seoul
WARM_UP = 10  # pictures
CLOCK = time.thread_time
Spent = dict[str, list[float]]  # stage -> seconds of each picture


class Played:
    """A detector that gives the boxes of the picture that is played now."""

    def __init__(self) -> None:
        self.boxes: Sequence[np.ndarray] = ()

    def detect(self, image_bgr: Image, min_score: float = 0.25) -> Detections:
        """All people of it."""
        n = len(self.boxes)
        return Detections(
            np.array(self.boxes, np.float32).reshape(-1, 4),
            np.full(n, 0.8, np.float32),
            np.zeros(n, np.int64),
            COCO_NAMES,
        )


class Clocked:
    """A network for close looks, and the time that it took since it was last asked."""

    def __init__(self, detector: YoloDetector, pose: PoseDetector) -> None:
        self._detector, self._pose = detector, pose
        self.seconds = 0.0

    def detect(self, image_bgr: Image, min_score: float = 0.25) -> Detections:
        """A crop's objects."""
        began_s = CLOCK()
        found = self._detector.detect(image_bgr, min_score)
        self.seconds += CLOCK() - began_s
        return found

    def skeletons(self, crop_bgr: Image) -> Sequence[Skeleton]:
        """A crop's skeletons."""
        began_s = CLOCK()
        found = self._pose.skeletons(crop_bgr)
        self.seconds += CLOCK() - began_s
        return found

    def taken(self) -> float:
        """Seconds since the last call of this."""
        seconds, self.seconds = self.seconds, 0.0
        return seconds


def networks(config: PerceptionConfig) -> Clocked:
    """The two that rules use."""
    wanted, manifest, folder = config.detector, load_manifest(), models_dir()
    crop = YoloDetector(
        manifest.model(wanted.model), folder, (wanted.crop_px, wanted.crop_px), wanted.threads
    )
    pose = YoloPose(manifest.model(wanted.pose_model), folder, wanted.pose_px, wanted.threads)
    return Clocked(crop, pose)


def of_pipeline(looks: Sequence[Look], clocked: Clocked, folder: Path) -> Spent:
    """What each stage took; networks apart."""
    config = load_perception_config(ROOT / "config" / "perception.yaml")
    spec = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
    patrol_map = load_map(ROOT / "maps" / "proving_ground.geojson")
    played = Played()
    tools = RuleTools(clocked, clocked)
    pipeline = PerceptionPipeline(
        config, spec, played,
        [Eye(CAMERA, config.camera, rules_of_one(config, tools))], rules_of_all(config, tools),
        IncidentBook(config.incidents, "made"),
        EvidenceRecorder(config.evidence, folder, 5.0),
        lambda _x, _y: True,
        PatrolMapView(patrol_map),
        stage_clock=CLOCK,
    )  # fmt: skip
    rng, spent = np.random.default_rng(0), defaultdict[str, list[float]](list)
    street = cv2.GaussianBlur(_noise(rng, 40), (31, 31), 0)
    for number, look in enumerate(looks):
        played.boxes = [one.box_xyxy for one in look.observations]
        picture = cv2.add(street, _noise(rng, 8))
        stamp_s = BEGIN_S + look.stamp_s
        pose = replace(look.projector.stamped, stamp_s=stamp_s)
        output = pipeline.step(Frame(stamp_s, picture, CAMERA), pose, None, stamp_s)
        deeper = clocked.taken()
        if number >= WARM_UP:
            for stage, seconds in output.timings_s.items():
                spent[stage].append(seconds - (deeper if stage == "rules" else 0.0))
            spent["networks of rules"].append(deeper)
    pipeline.close()
    return spent


def _noise(rng: np.random.Generator, most: int) -> Image:
    grey = rng.integers(60, 60 + most, (CAMERA.height_px, CAMERA.width_px, 1), dtype=np.uint8)
    return np.repeat(grey, 3, axis=2)


def of_tracker(looks: Sequence[Look]) -> Spent:
    """What the tracker alone took, its boxes placed beforehand."""
    tracker, spent = Tracker(), []
    for look in looks:
        began_s = CLOCK()
        tracker.step(look.observations, look.projector, look.stamp_s)
        spent.append(CLOCK() - began_s)
    return {"tracker alone": spent[WARM_UP:]}


def least_ms(runs: Sequence[Spent]) -> dict[str, float]:
    """Mean milliseconds of a picture in each stage, of every picture the quickest run."""
    return {
        stage: 1e3 * float(np.min([run[stage] for run in runs], axis=0).mean())
        for stage in runs[0]
    }


def main() -> int:
    """Print every stage and the target."""
    options = parser(__doc__)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--pictures", type=int, default=150)
    options.add_argument("--runs", type=int, default=5)
    given = options.parse_args()
    cv2.setNumThreads(1)
    looks = crowd(PEOPLE, given.pictures, given.seed)
    clocked, runs = networks(load_perception_config(ROOT / "config" / "perception.yaml")), []
    for _ in range(given.runs):
        with tempfile.TemporaryDirectory(prefix="sunra-stages-") as folder:
            runs.append(of_pipeline(looks, clocked, Path(folder)) | of_tracker(looks))
    stages = least_ms(runs)
    alone = stages.pop("tracker alone")
    for stage, milliseconds in sorted(stages.items()):
        print(f"{stage}: {milliseconds:.2f} ms a picture")
    both = stages["track"] + stages["rules"]
    print(
        f"tracker alone: {alone:.2f} ms; places, tracks and all rules over it: {both / alone:.1f}"
    )
    return finish(
        [Target("ms a picture of tracking and rules with 30 people", both, MOST_MS, True)],
        given.json,
    )


if __name__ == "__main__":
    sys.exit(main())
