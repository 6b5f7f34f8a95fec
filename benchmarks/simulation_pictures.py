"""Whether a stock detector takes the simulator's people for people and its cars for cars.

Pictures of the Sillim map by day with up to three upright people at 3 to 12 m, every body, posture
and gait by seed; yolov8n through perception's detector, with the network's size as
config/perception.yaml sets it, finds those of whom at least 70 % can be seen. The alternative in
the same run: the two bodies in four palettes that the simulator had at first, at the same places.
Needs the weights (`sunra models fetch`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.picturing.score import MIN_SCORE, found, wanted
from benchmarks.picturing.streets import FAR_M, NEAR_M, Shot, Streets
from benchmarks.shared.targets import Target, finish, parser
from perception.config import load_perception_config
from perception.detectors.base import PERSON, Detections
from perception.detectors.yolo import YoloDetector, input_size
from perception.models import load_manifest, models_dir
from simulation.actors.kinds import ActorKind

ROOT = Path(__file__).parents[1]
LARGE, SMALL = (1280, 720), (640, 360)
PERSON_LABELS, CAR_LABELS = frozenset({PERSON}), frozenset({"car"})
CARS_NEAR_M, CARS_FAR_M = 4.0, 18.0
AT_LEAST = {
    "people found at 1280x720": 0.90,
    "people found at 640x360": 0.75,
    "parked cars found as cars at 1280x720": 0.70,
    "people found, ratio to the first bodies and palettes": 0.95,
}
FALSE_PEOPLE = "false people in 100 empty pictures at 1280x720"

Detect = Callable[[Shot], Detections]


def detector() -> Detect:
    """The detector as config/perception.yaml sets it, in its network's size, both for all rows."""
    config = load_perception_config(ROOT / "config" / "perception.yaml").detector
    spec = load_manifest().model(config.model)
    yolo = YoloDetector(spec, models_dir(), input_size(*LARGE, config.long_side_px))
    return lambda shot: yolo.detect(shot.bgr, MIN_SCORE)


def share_of_people(shots: Iterable[Shot], detect: Detect, size: tuple[int, int]) -> float:
    """Found people of those that count."""
    return _share(shots, detect, size, ActorKind.PERSON, (NEAR_M, FAR_M + 1.0), PERSON_LABELS)


def share_of_cars(shots: Iterable[Shot], detect: Detect, size: tuple[int, int]) -> float:
    """Found parked cars of those that count."""
    reach = (CARS_NEAR_M, CARS_FAR_M)
    return _share(shots, detect, size, ActorKind.CAR, reach, CAR_LABELS)


def _share(
    shots: Iterable[Shot], detect: Detect, size: tuple[int, int], kind: ActorKind,
    reach: tuple[float, float], labels: frozenset[str],
) -> float:  # fmt: skip
    hits = total = 0
    for shot in shots:
        boxes = wanted(shot.boxes, kind, *reach, size)
        total += len(boxes)
        hits += found(boxes, detect(shot), labels)
    return hits / total if total else 0.0


def measure(first_seed: int, pictures: int, empty: int) -> list[Target]:
    """Every figure with its target."""
    seeds, blank = range(first_seed, first_seed + pictures), range(first_seed, first_seed + empty)
    detect = detector()
    streets = Streets(LARGE)
    ours = share_of_people(streets.with_people(seeds), detect, LARGE)
    first = share_of_people(streets.with_people(seeds, first_looks=True), detect, LARGE)
    cars = share_of_cars(streets.before_cars(seeds), detect, LARGE)
    ghosts = sum(len(detect(shot).named(PERSON)) for shot in streets.empty(blank))
    streets.close()
    streets = Streets(SMALL)
    little = share_of_people(streets.with_people(seeds), detect, SMALL)
    streets.close()
    figures = (ours, little, cars, ours / max(first, 1e-9))
    rows = zip(AT_LEAST.items(), figures, strict=True)
    targets = [Target(name, figure, least) for (name, least), figure in rows]
    return [*targets, Target(FALSE_PEOPLE, 100.0 * ghosts / max(empty, 1), 1.0, at_most=True)]


def main() -> int:
    """Print a line for each target; 0 when all were met."""
    options = parser(__doc__)
    options.add_argument("--seed", type=int, default=1000, help="the first picture's seed")
    options.add_argument("--pictures", type=int, default=60, help="with people, and with cars")
    options.add_argument("--empty", type=int, default=100, help="pictures of empty streets")
    arguments = options.parse_args()
    return finish(measure(arguments.seed, arguments.pictures, arguments.empty), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
