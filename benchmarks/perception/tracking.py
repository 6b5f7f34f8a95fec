"""Identities kept by our tracker, beside ByteTrack, OC-SORT and BoT-SORT in the same run.

MOT-format sequences with detections and, per frame, the camera's motion; at full rate and at every
fifth frame (as a vehicle's camera gives pictures). Those sequences have no pose: our filter and
assignment run in the compensated image plane, on the vehicle they run on the ground. BoT-SORT is
given the same stored motion; ByteTrack and OC-SORT know none. They run on their defaults and are
told the frame rate; "set as ours" is with our score thresholds and a lost track's life of 3 s.
The time is for 30 people round a driving vehicle, on the ground.

Without --data only the time is measured, and the targets of identity are missed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from benchmarks.perception.tracking_parts import library as others
from benchmarks.perception.tracking_parts import made_crowd, ours
from benchmarks.perception.tracking_parts.score import Score, judge
from benchmarks.perception.tracking_parts.sequences import folders_of, read_sequence
from benchmarks.shared.targets import Target, finish, parser
from patrol.errors import LogError
from perception.tracking import Tracker

OURS, OURS_STILL = "ours, stored motion", "ours, no motion"
NAMES = (OURS, OURS_STILL, *others.NAMES)
# What was asked of a sequence by name, percent: BoT-SORT with stored motion at every fifth frame.
STATED = {"MOT17-10": 68.6}
PEOPLE, PICTURES = 30, 300


def compare(library: others.Library, folder: Path, every: int) -> tuple[bool, dict[str, Score]]:
    """All trackers on one sequence, printed; whether its camera moves, and the scores."""
    sequence = read_sequence(folder, every)
    kind = "moving" if sequence.moving else "standing"
    print(f"{sequence.name}, {kind} camera, {sequence.rate_hz:g} pictures a second:")
    scores = {}
    for name in NAMES:
        if name in (OURS, OURS_STILL):
            answers, spent_ms = ours.follow(sequence, compensated=name == OURS)
        else:
            answers, spent_ms = others.follow(library, name, sequence)
        scores[name] = judge(library.evaluator, sequence, answers)
        off = "" if name == OURS else f" ({scores[name].idf1 - scores[OURS].idf1:+.1f} to ours)"
        print(f"  {name}: {scores[name]}{off}, {spent_ms:.1f} ms a picture")
    return sequence.moving, scores


def identity_targets(library: others.Library | None, folders: list[Path]) -> list[Target]:
    """Of every sequence with a moving camera; missed where there is none."""
    rows = []
    for folder in folders if library else []:
        for every in (1, 5):
            moving, scores = compare(library, folder, every)
            if moving and every == 5:
                rows += _targets_of(folder.name, scores)
    unknown = Target("IDF1 above ByteTrack on a moving camera, points", None, 10)
    return rows or [unknown]


def _targets_of(name: str, scores: dict[str, Score]) -> list[Target]:
    title, mine = f"{name}, every fifth frame", scores[OURS].idf1
    rows = []
    for other, points in ((others.BYTE, 10), (others.BOT, 0)):
        best = max(scores[other].idf1, scores[other + others.AS_OURS].idf1)
        rows.append(Target(f"{title}: IDF1 above {other}, points", mine - best, points))
    if name in STATED:
        rows.append(Target(f"{title}: IDF1, percent", mine, STATED[name]))
    return rows


def cpu_ms(people: int, pictures: int, seed: int) -> float:
    """Mean CPU milliseconds a picture of tracking on the ground, best of three runs."""
    looks = made_crowd.crowd(people, pictures, seed)
    runs = []
    for _ in range(3):
        tracker = Tracker()
        began_s = time.process_time()
        for look in looks:
            tracker.step(look.observations, look.projector, look.stamp_s)
        runs.append(1e3 * (time.process_time() - began_s) / pictures)
    seen = float(np.mean([len(look.observations) for look in looks]))
    print(f"{people} people round the vehicle, {seen:.0f} boxes a picture, on the ground:")
    print(f"  ours: {min(runs):.2f} ms a picture (three runs, to {max(runs):.2f})")
    return min(runs)


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument(
        "--data", type=Path, nargs="*", default=[], help="MOT sequences, or folders of them"
    )
    arguments.add_argument(
        "--library", type=Path, default=others.CACHE, help="folder of the trackers library"
    )
    arguments.add_argument("--seed", type=int, default=7)
    given = arguments.parse_args()
    try:
        folders = [folder for data in given.data for folder in folders_of(data)]
        library = others.imported(given.library) if folders else None
        targets = identity_targets(library, folders)
    except LogError as error:
        print(error, file=sys.stderr)
        return 2
    spent_ms = cpu_ms(PEOPLE, PICTURES, given.seed)
    name = f"tracking with {PEOPLE} people, CPU ms a picture"
    return finish([*targets, Target(name, spent_ms, 5, True)], given.json)


if __name__ == "__main__":
    sys.exit(main())
