"""MOT-format sequences: detections, ground truth and the camera's motion, every n-th picture.

A folder holds `seqinfo.ini`, `gt/gt.txt` and detections (`detections*.txt` or `det/det.txt`);
`camera_motion.txt`, where there is one, holds a 2 x 3 affine for each frame: the row's first
number is the frame's number less one, and it takes points of the frame before into this one.
Without that file the motion is estimated from the pictures (`img1/000001.jpg` …), where they are.
Every text file may be gzipped. Detectors' ids and the truth's objects that are no pedestrian or
not to be judged are not used.
"""

from __future__ import annotations

import configparser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.perception.tracking_parts import estimated
from benchmarks.perception.tracking_parts.numbers import Array, table
from patrol.errors import LogError

PEDESTRIAN = 1
NO_CLASS = -1  # of the 2015 sequences: pedestrians only
# A camera moves if it moves as much as its picture's 1/1000 from frame to frame (median).
MOVING_SHARE = 1e-3


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame of a sequence; boxes as x1, y1, x2, y2 in pixels."""

    number: int  # from 1, as in the files
    stamp_s: float
    boxes_xyxy: Array  # (n, 4) detections
    scores: Array  # (n,)
    motion: Array  # (2, 3): from the picture before, in pixels
    true_xyxy: Array  # (m, 4)
    true_ids: NDArray[np.int64]  # (m,)


@dataclass(frozen=True, slots=True)
class MotSequence:
    """A sequence at one frame rate."""

    name: str
    rate_hz: float
    width_px: int
    height_px: int
    moving: bool
    pictures: Sequence[Picture]


def read_sequence(folder: Path, every: int = 1) -> MotSequence:
    """Every n-th picture of a sequence; raises LogError naming the file and what is wrong."""
    rate_hz, length, width, height = _info(folder / "seqinfo.ini")
    found = table(_detections_file(folder), 7)
    truth = table(folder / "gt" / "gt.txt", 8)
    truth = truth[(truth[:, 6] == 1) & np.isin(truth[:, 7], (PEDESTRIAN, NO_CLASS))]
    boxes_of = [_corners(found[found[:, 0] == n][:, 2:6]) for n in range(1, length + 1)]
    motions = _motions(folder, boxes_of)
    shifts = np.hypot(*_shift_of_middle(motions, width, height)) / width
    pictures, since = [], np.eye(3)
    for number in range(1, length + 1):
        since = np.vstack((motions[number - 1], [0, 0, 1])) @ since
        if (number - 1) % every:
            continue
        true = truth[truth[:, 0] == number]
        pictures.append(
            Picture(
                number,
                (number - 1) / rate_hz,
                boxes_of[number - 1],
                found[found[:, 0] == number][:, 6],
                since[:2],
                _corners(true[:, 2:6]),
                true[:, 1].astype(np.int64),
            )
        )
        since = np.eye(3)
    moving = bool(np.median(shifts) > MOVING_SHARE)
    return MotSequence(folder.name, rate_hz / every, width, height, moving, pictures)


def folders_of(data: Path) -> list[Path]:
    """The sequence itself, or all sequences in a folder; raises LogError where there is none."""
    if (data / "seqinfo.ini").is_file():
        return [data]
    found = sorted(file.parent for file in data.glob("*/seqinfo.ini"))
    if not found:
        raise LogError(f"{data}: no MOT sequence (a folder with seqinfo.ini) is here")
    return found


def _corners(boxes_ltwh: Array) -> Array:
    return np.hstack((boxes_ltwh[:, :2], boxes_ltwh[:, :2] + boxes_ltwh[:, 2:]))


def _shift_of_middle(motions: Array, width: int, height: int) -> Array:
    middle = np.array([width / 2, height / 2, 1.0])
    return (motions @ middle - middle[:2]).T


def _info(file: Path) -> tuple[float, int, int, int]:
    parser = configparser.ConfigParser()
    try:
        parser.read_string(file.read_text())
        about = parser["Sequence"]
        values = [about.getfloat("frameRate"), about.getint("seqLength")]
        values += [about.getint("imWidth"), about.getint("imHeight")]
        rate_hz, length, width, height = (value for value in values if value and value > 0)
    except (OSError, configparser.Error, KeyError, ValueError):
        raise LogError(
            f"{file}: [Sequence] with frameRate, seqLength, imWidth and imHeight above 0 is needed"
        ) from None
    return rate_hz, int(length), int(width), int(height)


def _detections_file(folder: Path) -> Path:
    names = sorted(file.name for file in folder.glob("detections*.txt*"))
    return folder / names[0] if names else folder / "det" / "det.txt"


def _motions(folder: Path, boxes_of: list[Array]) -> Array:
    """(length, 2, 3): as told, else as the pictures show; without both the camera stands."""
    length = len(boxes_of)
    still = np.tile(np.eye(2, 3), (length, 1, 1))
    file = folder / "camera_motion.txt"
    if not file.is_file() and not file.with_name(file.name + ".gz").is_file():
        pictures = sorted((folder / "img1").glob("[0-9]*.*"))[:length]
        return estimated.motions(pictures, boxes_of) if len(pictures) == length else still
    rows = table(file, 7)
    index = rows[:, 0].astype(int)
    known = (index >= 0) & (index < length)
    still[index[known]] = rows[known, 1:7].reshape(-1, 2, 3)
    return still
