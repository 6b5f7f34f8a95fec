"""IDF1, MOTA and switches, by the evaluator of the `trackers` library (TrackEval's arithmetic)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.perception.tracking_parts.sequences import Array, MotSequence


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tracker shows in one picture."""

    boxes_xyxy: Array  # (n, 4)
    ids: NDArray[np.int64]  # (n,)


@dataclass(frozen=True, slots=True)
class Score:
    """Percent, percent, and a count."""

    idf1: float
    mota: float
    switches: int

    def __str__(self) -> str:
        return f"IDF1 {self.idf1:.1f}, MOTA {self.mota:.1f}, {self.switches} switches"


def judge(evaluator: Any, sequence: MotSequence, answers: Sequence[Answer]) -> Score:
    """Of one tracker on a sequence; boxes match from an overlap of one half on.

    `evaluator` is `trackers.eval`. Every shown box counts: boxes on what is not judged (people in
    vehicles, reflections) are false ones, for all trackers alike.
    """
    truth = [picture.true_ids for picture in sequence.pictures]
    shown = [answer.ids for answer in answers]
    overlaps = [
        evaluator.box_iou(picture.true_xyxy, answer.boxes_xyxy)
        for picture, answer in zip(sequence.pictures, answers, strict=True)
    ]
    identity = evaluator.compute_identity_metrics(truth, shown, overlaps)
    clear = evaluator.compute_clear_metrics(truth, shown, overlaps)
    return Score(100 * identity["IDF1"], 100 * clear["MOTA"], int(clear["IDSW"]))
