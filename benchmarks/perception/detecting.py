"""Pictures a second of our detector against stock PyTorch, and whether the boxes are the same.

Same weights, same pictures, same number of CPU threads: rendered streets with people and parked
cars at 640x360, as the vehicle's camera gives them. The named alternative is ultralytics' predict
call on the PyTorch weights (backend `pytorch`); ONNX Runtime is shown besides. They take turns,
picture by picture, so that whatever else the machine does hits all. Boxes are scored against the
simulator's labels (mAP50-95 of people and cars). What a batch of four cameras' pictures gains over
one by one is shown beside. Needs the weights (`sunra models fetch`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from numpy.typing import NDArray

from benchmarks.perception.detecting_parts.precision import Found, Precision
from benchmarks.picturing.streets import Shot, Streets
from benchmarks.shared.targets import Target, finish, parser
from perception.config import load_perception_config
from perception.detectors.backends import Backend
from perception.detectors.yolo import YoloDetector, input_size
from perception.models import load_manifest, models_dir

ROOT = Path(__file__).parents[2]
SIZE = (640, 360)
LEAST_SCORE = 0.01  # of a box that counts for the precision
SCORE = 0.25  # while speed is measured: predict's own default
CAMERAS = 4  # of config/vehicles/goalie_surround.yaml
OURS, ONNX, STOCK = "ours", "ONNX Runtime", "stock PyTorch"

Detect = Callable[[NDArray[np.uint8], float], Found]


@dataclass
class Side:
    """One detector with what came of it."""

    detect: Detect
    seconds: list[float] = field(default_factory=list)
    precision: Precision = field(default_factory=Precision)

    def time(self, picture: NDArray[np.uint8]) -> None:
        """One timed call."""
        began_s = time.perf_counter()
        self.detect(picture, SCORE)
        self.seconds.append(time.perf_counter() - began_s)


def opened(backend: Backend, threads: int, batch: int = 1) -> YoloDetector:
    """The detector as config/perception.yaml sets it, run by a backend."""
    config = load_perception_config(ROOT / "config" / "perception.yaml").detector
    size = input_size(*SIZE, config.long_side_px)
    spec = load_manifest().model(config.model)
    return YoloDetector(spec, models_dir(), size, threads, backend, batch)


def detector(backend: Backend, threads: int) -> Detect:
    """The same as a function of a picture."""
    yolo = opened(backend, threads)

    def detect(picture: NDArray[np.uint8], score: float) -> Found:
        found = yolo.detect(picture, score)
        return Found(found.boxes_xyxy, found.scores, [found.label(i) for i in range(len(found))])

    return detect


def shots(first_seed: int, pictures: int) -> list[Shot]:
    """As many with people as before cars."""
    streets = Streets(SIZE)
    seeds = range(first_seed, first_seed + pictures)
    taken = [*streets.with_people(seeds), *streets.before_cars(seeds)]
    streets.close()
    return taken


def measure(sides: dict[str, Side], taken: Sequence[Shot], repeats: int) -> None:
    """All in turns over all pictures: first the boxes, which warms up, then the time."""
    for shot in taken:
        for side in sides.values():
            side.precision.add(shot.boxes, side.detect(shot.bgr, LEAST_SCORE))
    for turn in range(repeats):
        order = list(sides.values())[:: 1 if turn % 2 else -1]
        for shot in taken:
            for side in order:
                side.time(shot.bgr)


def at_once(taken: Sequence[Shot], threads: int, repeats: int) -> float:
    """How many times as quick as one by one the pictures of four cameras are in one batch."""
    batch, alone = opened(Backend.AUTO, threads, CAMERAS), opened(Backend.AUTO, threads)
    groups = [
        [shot.bgr for shot in taken[first : first + CAMERAS]]
        for first in range(0, len(taken) - CAMERAS + 1, CAMERAS)
    ]
    together_s, apart_s = [], []
    for group in groups * repeats:
        began_s = time.perf_counter()
        batch.detect_batch(group, SCORE)
        between_s = time.perf_counter()
        alone.detect_batch(group, SCORE)
        together_s.append(between_s - began_s)
        apart_s.append(time.perf_counter() - between_s)
    return float(np.median(apart_s) / np.median(together_s))


def main() -> int:
    """Print all, and a line for each target; 0 when all were met."""
    options = parser(__doc__)
    options.add_argument("--seed", type=int, default=2000, help="the first picture's seed")
    options.add_argument("--pictures", type=int, default=40, help="with people, and with cars")
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--threads", type=int, default=1, help="of each")
    given = options.parse_args()
    # PyTorch last: its limit of threads holds for the whole process
    backends = {OURS: Backend.AUTO, ONNX: Backend.ONNX, STOCK: Backend.PYTORCH}
    taken = shots(given.seed, given.pictures)
    gain = at_once(taken, given.threads, given.repeats)
    print(f"{CAMERAS} pictures in one batch: {gain:.2f} times as quick as one by one")
    sides = {name: Side(detector(kind, given.threads)) for name, kind in backends.items()}
    measure(sides, taken, given.repeats)
    rates, precisions = {}, {}
    for name, side in sides.items():
        rates[name] = 1.0 / float(np.median(side.seconds))
        precisions[name] = side.precision.mean()
        print(
            f"{name}: {rates[name]:.1f} pictures a second on {given.threads} thread(s),"
            f" mAP50-95 {100 * precisions[name]:.2f}"
        )
    ratio = rates[OURS] / rates[STOCK]
    lost = 100 * (precisions[STOCK] - precisions[OURS])
    return finish(
        [
            Target("pictures a second over stock PyTorch's", ratio, 2.0),
            Target("points of mAP50-95 below stock PyTorch's", lost, 1.0, True),
        ],
        given.json,
    )


if __name__ == "__main__":
    sys.exit(main())
