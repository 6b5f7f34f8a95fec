"""Reference views on disk: how watched property looks when nothing is wrong.

An operator has the vehicle drive past with `changed_property.references.record` set, by day and by
night (docs/perception.md#reference-views); what is kept is rectified to 5 cm a pixel, grey, with
people and vehicles left out, so nobody can be told from it. One file a view: NumPy arrays without
pickles, and what it is a view of as JSON. A view that was made for another map, another shape of
the zone or another format is not used; a file that cannot be read is named in the log and left.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from patrol.whole_file import write_whole
from perception.plane_views import PlaneView
from perception.watched_property import Point

FORMAT = 1
_LOG = logging.getLogger(__name__)
_STEPS = 64.0  # of a stored level: a fused view knows more than whole grey levels
_TINT_STEPS = 16_000.0  # of a stored tint
_SUFFIX = ".view.npz"
_MOST_PIXELS = 1_000_000
_RUN_S = 3600.0  # views that are further apart are of different runs


@dataclass(frozen=True, slots=True)
class ReferenceConfig:
    """What is recorded, and how much of it is kept."""

    record: bool = False  # this run makes reference views, and judges nothing
    spacing_m: float = 0.35  # between the viewpoints of a run
    runs: int = 4  # of which views of one viewpoint are kept, by day and by night
    most_views: int = 500  # of one plane; the oldest goes

    def __post_init__(self) -> None:
        if not 0.1 <= self.spacing_m <= 5:
            raise ValueError(f"spacing_m: {self.spacing_m} must be in [0.1, 5]")
        if not 1 <= self.runs <= 20:
            raise ValueError(f"runs: {self.runs} must be 1 to 20")
        if not 1 <= self.most_views <= 5000:
            raise ValueError(f"most_views: {self.most_views} must be 1 to 5000")


class PlaneKey(NamedTuple):
    """Which plane of which place of which map, as it was drawn then."""

    map_id: str
    property_id: str
    digest: str

    @property
    def file_stem(self) -> str:
        """The beginning of its files' names."""
        return hashlib.sha256("\n".join(self).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """One view and the light that it was made in."""

    view: PlaneView
    is_night: bool
    path: Path


class ReferenceStore:
    """All views of a folder, in memory; raises OSError where the folder cannot be listed."""

    def __init__(self, folder: Path, config: ReferenceConfig) -> None:
        self._folder, self._config = folder, config
        self._views: dict[PlaneKey, list[ReferenceView]] = {}
        for path in sorted(folder.glob(f"*{_SUFFIX}")) if folder.exists() else ():
            self._load(path)

    def __len__(self) -> int:
        return sum(len(views) for views in self._views.values())

    def near(
        self, key: PlaneKey, viewpoint: Point, *, is_night: bool, within_m: float, most: int
    ) -> Sequence[ReferenceView]:
        """Views in such light from about there: of each run the nearest, the nearest first."""

        def away_m(one: ReferenceView) -> float:
            return math.dist(one.view.viewpoint_map, viewpoint)

        known = [
            one
            for one in self._views.get(key, ())
            if one.is_night is is_night and away_m(one) <= within_m
        ]
        chosen: list[ReferenceView] = []
        for one in sorted(known, key=away_m):
            if len(chosen) < most and not any(_one_run(one.view, other.view) for other in chosen):
                chosen.append(one)
        return chosen

    def add(self, key: PlaneKey, view: PlaneView, *, is_night: bool) -> bool:
        """Keep a view; False where it was not: the run has one from within `spacing_m` of there.

        Of more than `runs` runs the oldest one's view from there goes. A disk that refuses is
        logged.
        """
        near = self.near(
            key, view.viewpoint_map, is_night=is_night,
            within_m=self._config.spacing_m, most=self._config.most_views,
        )  # fmt: skip
        if any(_one_run(view, one.view) for one in near):
            return False
        near = sorted(near, key=lambda one: one.view.stamp_s)
        path = self._folder / f"{key.file_stem}-{round(view.stamp_s * 1000)}{_SUFFIX}"
        try:
            _write(path, key, view, is_night)
        except OSError as error:
            _LOG.error("reference_view_not_kept file=%s error=%s", path, error)
            return False
        views = self._views.setdefault(key, [])
        views.append(ReferenceView(view, is_night, path))
        views.sort(key=lambda one: one.view.stamp_s)
        too_many = near[: max(len(near) + 1 - self._config.runs, 0)]
        for old in [*too_many, *views[: -self._config.most_views]]:
            if any(old is one for one in views):
                self._drop(views, old)
        return True

    def _drop(self, views: list[ReferenceView], old: ReferenceView) -> None:
        views[:] = [one for one in views if one is not old]
        try:
            old.path.unlink(missing_ok=True)
        except OSError as error:
            _LOG.error("reference_view_not_deleted file=%s error=%s", old.path, error)

    def _load(self, path: Path) -> None:
        try:
            key, view = _read(path)
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            _LOG.warning("reference_view_unreadable file=%s error=%s", path, error)
            return
        self._views.setdefault(key, []).append(view)


def _one_run(a: PlaneView, b: PlaneView) -> bool:
    return abs(a.stamp_s - b.stamp_s) < _RUN_S


def _write(path: Path, key: PlaneKey, view: PlaneView, is_night: bool) -> None:
    """All of it or nothing."""
    about = {
        "format": FORMAT, **key._asdict(), "stamp_s": view.stamp_s,
        "viewpoint_map": list(view.viewpoint_map), "noise": view.noise, "is_night": is_night,
    }  # fmt: skip
    content = io.BytesIO()
    np.savez_compressed(
        content,
        about=np.frombuffer(json.dumps(about).encode(), np.uint8),
        levels=np.round(view.levels * _STEPS).astype(np.uint16),
        tints=np.round(view.tints * _TINT_STEPS).astype(np.int16),
        known=view.known,
        wall=view.wall,
    )
    write_whole(path, content.getvalue(), durable=False)


def _read(path: Path) -> tuple[PlaneKey, ReferenceView]:
    """Raises ValueError, KeyError, TypeError, OSError, BadZipFile for what is no view of ours."""
    with np.load(path, allow_pickle=False) as arrays:
        about: dict[str, Any] = json.loads(arrays["about"].tobytes())
        levels, tints = arrays["levels"], arrays["tints"]
        known, wall = arrays["known"], arrays["wall"]
    if about["format"] != FORMAT:
        raise ValueError(f"format {about['format']!r}; this program reads {FORMAT}")
    if levels.ndim != 2 or not 0 < levels.size <= _MOST_PIXELS:
        raise ValueError(f"levels of shape {levels.shape}")
    same = levels.shape == tints.shape == known.shape == wall.shape
    if not (same and levels.dtype == np.uint16 and tints.dtype == np.int16):
        raise ValueError("levels and masks do not belong together")
    x_m, y_m = (float(value) for value in about["viewpoint_map"])
    numbers = [float(about["stamp_s"]), x_m, y_m, float(about["noise"])]
    if not np.isfinite(numbers).all() or numbers[3] <= 0:
        raise ValueError(f"numbers {numbers}")
    view = PlaneView(
        numbers[0], (x_m, y_m), (levels / _STEPS).astype(np.float32),
        (tints / _TINT_STEPS).astype(np.float32),
        known.astype(np.bool_), wall.astype(np.bool_), numbers[3],
    )  # fmt: skip
    key = PlaneKey(str(about["map_id"]), str(about["property_id"]), str(about["digest"]))
    return key, ReferenceView(view, bool(about["is_night"]), path)
