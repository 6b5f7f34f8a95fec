"""Whether one plane of a watched place looks as on its reference views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from perception.change_patch import Patch, largest_patch
from perception.plane_views import Mask, PlaneView
from perception.rules.changed_property_config import ChangedPropertyConfig
from perception.view_comparison import Difference, Shift, combined, difference
from perception.watched_property import WALL, Point, WatchedPlane

_MOSTLY_GAINED, _MOSTLY_LOST = 0.75, 0.25  # shares of structure that is new


@dataclass(frozen=True, slots=True)
class Change:
    """A compact piece of a plane that looks otherwise."""

    place: Point
    height_m: float  # of its middle over the ground
    width_m: float
    tall_m: float
    what: str  # appeared, removed, altered
    weight: float  # its area over the least that counts
    age_h: float  # of the nearest reference

    @property
    def confidence(self) -> float:
        """The larger, the surer."""
        return min(0.95, 0.5 + 0.15 * self.weight)

    def details(self) -> dict[str, float | str]:
        """For the incident."""
        return {
            "what": self.what,
            "width_m": round(self.width_m, 1),
            "height_m": round(self.tall_m, 1),
            "reference_age_h": round(self.age_h, 1),
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a look at a plane says; no change and not the same: it cannot be told.

    `shift` is how the view lies against the nearest reference, None where it does not fit.
    """

    change: Change | None
    is_same: bool
    shift: Shift | None = None


def judged(
    plane: WatchedPlane,
    view: PlaneView,
    references: Sequence[PlaneView],
    config: ChangedPropertyConfig,
    expected: Shift | None = None,
) -> Judgement:
    """A view against references of nearly its viewpoint, the nearest first.

    `expected` is the shift of another plane of the place.
    """
    least_m2 = config.wall_m2 if plane.name == WALL else config.things_m2
    found: list[Difference] = []
    known, patch = np.zeros(0, np.bool_), None
    for reference in references:
        one = difference(view, reference, config.comparison, expected)
        if one.fit < config.least_fit:
            continue
        found.append(one)
        known, patch = _patch(plane, found, config)
        if patch is None or patch.area_m2 < least_m2 / 2:
            break  # nothing to be seen against the nearest: the others cost as much again
    if not found:
        return Judgement(None, False)
    shift = found[0].shift
    if patch is None or patch.area_m2 < least_m2:
        return Judgement(None, float(known.mean()) >= config.viewing.least_known, shift)
    what = (
        "appeared" if patch.gained > _MOSTLY_GAINED
        else "removed" if patch.gained < _MOSTLY_LOST
        else "altered"
    )  # fmt: skip
    return Judgement(
        Change(
            plane.place(patch.column + plane.judged.start),
            plane.height_of(patch.row),
            patch.width_m,
            patch.height_m,
            what,
            patch.area_m2 / least_m2,
            (view.stamp_s - references[0].stamp_s) / 3600.0,
        ),
        False,
        shift,
    )


def _patch(
    plane: WatchedPlane, found: Sequence[Difference], config: ChangedPropertyConfig
) -> tuple[Mask, Patch | None]:
    """What is known of a plane's judged part, and the largest piece of it that differs."""
    differs = combined(found)[:, plane.judged]
    known = np.asarray(~np.isnan(differs), np.bool_)
    return known, largest_patch(
        np.where(known, differs, 0.0).astype(np.float32),
        found[0].gained[:, plane.judged],
        config.least_difference,
        config.thick_px,
        config.longest,
    )
