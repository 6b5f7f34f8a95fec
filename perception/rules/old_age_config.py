"""The limits of how old somebody looks, each with its default and its check (`old_age.py`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OldAgeConfig:
    """Which looks count, and what they weigh."""

    kept: int = 30  # looks at a head, newest
    again_after_s: float = 1.0  # once so many are kept
    min_looks: int = 8  # fewer say nothing of hair
    min_box_looks: int = 20  # by the box alone, where skeletons are too few
    box_share: float = 0.5  # of what they weigh then
    box_aspects: tuple[float, ...] = (0.2, 0.45)  # of who stands without an umbrella
    min_height_px: float = 60.0  # a head of 8 px: a grown-up at 10 m
    min_score: float = 0.4  # of a skeleton
    point_score: float = 0.3  # of a point of the head
    eyes_from: float = 0.03  # of the box's height, below its top: nearer is no head
    eyes_to: float = 0.15  # further is an umbrella's box, or somebody who sits
    hair_level: float = 0.15  # against white in this light: between dark hair and grey
    hair_contrast: float = 0.6  # against the face
    hair_colour: float = 0.24  # largest less smallest level of red, green, blue, to their mean
    level_weight: float = 2.0  # for each e-fold
    contrast_weight: float = 2.5
    colour_weight: float = 6.0
    most_by_hair: float = 4.0
    stoop_rad: float = 0.15
    stoop_weight: float = 20.0  # for each rad beyond
    most_by_stoop: float = 1.0  # a drunk sways as far
    walks_mps: float = 0.3  # slower: stands
    middle_height_m: float = 1.64
    height_weight: float = 4.0  # for each metre
    most_by_height: float = 0.5
    trail_s: float = 20.0
    brisk_mps: float = 1.1
    strays: float = 0.5  # what wandering without aim speaks for
    direct: float = 0.3  # what a straight way speaks against
    brisk: float = 1.5  # what a brisk pace speaks against

    def __post_init__(self) -> None:
        if not 2 <= self.min_looks <= self.kept <= 200:
            raise ValueError(f"min_looks: {self.min_looks} must be in [2, kept]")
        if not self.min_looks <= self.min_box_looks <= self.kept:
            raise ValueError(f"min_box_looks: {self.min_box_looks} must be in [min_looks, kept]")
        if len(self.box_aspects) != 2 or not 0 < self.box_aspects[0] < self.box_aspects[1] < 2:
            raise ValueError("box_aspects: must be two aspects, rising, between 0 and 2")
        if not 24 <= self.min_height_px <= 500:
            raise ValueError(f"min_height_px: {self.min_height_px} must be in [24, 500]")
        if not 0 < self.eyes_from < self.eyes_to < 0.5:
            raise ValueError(f"eyes_from: {self.eyes_from} must be in (0, eyes_to)")
        for name in (
            "box_share",
            "min_score",
            "point_score",
            "hair_level",
            "hair_contrast",
            "hair_colour",
        ):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 1)")
        if not 0 <= self.again_after_s <= 60:
            raise ValueError(f"again_after_s: {self.again_after_s} must be in [0, 60]")
        if not 3 <= self.trail_s <= 120:
            raise ValueError(f"trail_s: {self.trail_s} must be in [3, 120]")
        if not 0 < self.walks_mps < self.brisk_mps <= 3:
            raise ValueError(f"brisk_mps: {self.brisk_mps} must be in (walks_mps, 3]")
