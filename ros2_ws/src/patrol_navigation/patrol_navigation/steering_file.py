"""What was learnt of the steering, on disk: a process that is started anew goes on from it."""

from __future__ import annotations

import math
from pathlib import Path

from navigation.following.steering_gain import LearntGain, SteeringGain
from patrol.whole_file import read_object, write_object

FORGOTTEN_SIGMA = 0.05  # tyres and linkage may have changed while nobody drove
NEWS = 0.01  # of the factor: less is not worth a write
WRITE_EVERY_S = 10.0


class SteeringFile:
    """Keeps a gain on disk as it changes, for the wheelbase that it was learnt with."""

    def __init__(self, path: Path, wheelbase_m: float) -> None:
        self._path, self._wheelbase_m = path, wheelbase_m
        self.gain = SteeringGain(self._read())
        self._written = self.gain.learnt.factor
        self._written_s = -math.inf

    def _read(self) -> LearntGain | None:
        """None where nothing fits; a damaged file is as good as none: it is learnt anew."""
        saved = read_object(self._path)
        if saved.get("wheelbase_m") != self._wheelbase_m:
            return None
        try:
            variance = max(float(saved["variance"]), FORGOTTEN_SIGMA**2)
            return LearntGain(float(saved["factor"]), variance)
        except (KeyError, TypeError, ValueError):
            return None

    def step(self, now_s: float) -> None:
        """Write what is new; call it as often as you like. A full disk loses it and no more."""
        learnt, since_s = self.gain.learnt, now_s - self._written_s
        if abs(learnt.factor - self._written) < NEWS or 0.0 <= since_s < WRITE_EVERY_S:
            return
        content = {
            "wheelbase_m": self._wheelbase_m,
            "factor": learnt.factor,
            "variance": learnt.variance,
        }
        self._written, self._written_s = learnt.factor, now_s
        try:
            write_object(self._path, content, durable=False)
        except OSError:
            return
