"""The named alternatives: ByteTrack, OC-SORT and BoT-SORT of the `trackers` library (Apache-2.0).

Pinned wheels, put by pip into a cache folder and not into the environment: the library asks for
the OpenCV build with windows, which must not lie beside ours without.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.perception.tracking_parts.score import Answer
from benchmarks.perception.tracking_parts.sequences import Array, MotSequence
from patrol.errors import LogError
from perception.tracking import TrackingConfig

WHEELS = ("trackers==2.6.1", "supervision==0.31.2", "pydeprecate==0.13.0", "defusedxml==0.7.1")
CACHE = Path.home() / ".cache" / "sunra" / "trackers-2.6.1"
BYTE, OC = "ByteTrack", "OC-SORT"
BOT, BOT_STILL = "BoT-SORT, stored motion", "BoT-SORT, no motion"
OURS = TrackingConfig()
# With our thresholds of scores and our 3 s of a lost track (90 frames of 30 a second).
AS_OURS = ", set as ours"
NAMES = (BYTE, BYTE + AS_OURS, OC, BOT, BOT + AS_OURS, BOT_STILL)
_SET_AS_OURS = {
    "track_activation_threshold": OURS.sure_score,
    "high_conf_det_threshold": OURS.sure_score,
    "lost_track_buffer": round(30 * OURS.lost_after_s),
}


@dataclass(frozen=True, slots=True)
class Library:
    """The imported modules."""

    trackers: Any
    evaluator: Any
    detections: Any  # supervision.Detections


def imported(folder: Path) -> Library:
    """The library, from where it is installed or of the folder; raises LogError."""
    if not (folder / "trackers").is_dir():
        _install(folder)
    sys.path.append(str(folder))
    try:
        return Library(
            importlib.import_module("trackers"),
            importlib.import_module("trackers.eval"),
            importlib.import_module("supervision").Detections,
        )
    except ImportError as error:
        raise LogError(f"{folder}: the trackers library does not run here: {error}") from None


def _install(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", *WHEELS, "--no-deps", "-q"]
    done = subprocess.run(
        [*pip, "--target", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise LogError(
            f"{WHEELS[0]}: pip could not install it; give a folder that holds it by --library"
        )


class _StoredMotion:
    """In the place of BoT-SORT's own estimator: what the sequence tells."""

    def __init__(self) -> None:
        self.motion: Array = np.eye(2, 3)

    def estimate(self, _frame: object, _boxes: object) -> Array:
        return self.motion


def follow(library: Library, name: str, sequence: MotSequence) -> tuple[list[Answer], float]:
    """What one of them shows in each picture, and its CPU milliseconds a picture."""
    tracker, stored = _tracker(library, name, sequence.rate_hz), _StoredMotion()
    given: dict[str, object] = {}
    if name.startswith(BOT):
        tracker.cmc = stored
        given = {"frame": np.zeros((2, 2, 3), np.uint8)}  # it compensates where there is one
    answers, spent_s = [], 0.0
    for picture in sequence.pictures:
        stored.motion = picture.motion
        found = library.detections(
            xyxy=picture.boxes_xyxy.copy(),
            confidence=picture.scores.copy(),
            class_id=np.zeros(len(picture.scores), int),
        )
        began_s = time.process_time()
        shown = tracker.update(found, **given)
        spent_s += time.process_time() - began_s
        sure = shown.tracker_id >= 0
        answers.append(Answer(shown.xyxy[sure], shown.tracker_id[sure]))
    return answers, 1e3 * spent_s / len(sequence.pictures)


def _tracker(library: Library, name: str, rate_hz: float) -> Any:
    settings = _SET_AS_OURS if name.endswith(AS_OURS) else {}
    if name.startswith(BYTE):
        return library.trackers.ByteTrackTracker(frame_rate=rate_hz, **settings)
    if name == OC:
        return library.trackers.OCSORTTracker(frame_rate=rate_hz)
    moved = name != BOT_STILL
    return library.trackers.BoTSORTTracker(frame_rate=rate_hz, enable_cmc=moved, **settings)
