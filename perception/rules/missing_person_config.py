"""The limits of the rule for missing persons, each with its default and its check."""

from __future__ import annotations

from dataclasses import dataclass, field

from perception.appearance_likelihood import ClothesConfig
from perception.rules.old_age_config import OldAgeConfig
from perception.rules.stays import StayConfig


@dataclass(frozen=True, slots=True)
class LooksConfig:
    """Who is looked at, how often, and how many looks are kept."""

    per_picture: int = 2  # a skeleton costs 8 to 17 ms
    kept: int = 8  # of one person
    again_after_s: float = 1.0  # once so many are kept
    min_height_px: float = 32.0  # a trunk of 50 pixels, somebody grown up at 20 m
    most_overlap: float = 0.3  # of a box with that of somebody nearer: whose clothes are they?
    keypoint_score: float = 0.4

    def __post_init__(self) -> None:
        if not 1 <= self.per_picture <= 8:
            raise ValueError(f"per_picture: {self.per_picture} must be 1 to 8")
        if not 2 <= self.kept <= 100:
            raise ValueError(f"kept: {self.kept} must be 2 to 100")
        if not 0 <= self.again_after_s <= 60:
            raise ValueError(f"again_after_s: {self.again_after_s} must be in [0, 60]")
        if not 16 <= self.min_height_px <= 500:
            raise ValueError(f"min_height_px: {self.min_height_px} must be in [16, 500]")
        for name in ("most_overlap", "keypoint_score"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 1)")


@dataclass(frozen=True, slots=True)
class BodyConfig:
    """Heights of passers-by, and how well one is measured."""

    height_sigma_m: float = 0.05  # of a measured height, shoes and posture included
    adult_m: float = 1.65
    adult_sigma_m: float = 0.09
    child_m: float = 1.25
    child_sigma_m: float = 0.18
    child_share: float = 0.12
    child_below_m: float = 1.45  # an age group without a height: who is a child
    smallest_m: float = 0.8
    tallest_m: float = 1.95
    least_ratio: float = 0.02  # a measurement may be wrong: no height excludes for certain

    def __post_init__(self) -> None:
        for name in ("height_sigma_m", "adult_sigma_m", "child_sigma_m"):
            if not 0 < getattr(self, name) <= 0.5:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 0.5]")
        if not 0.5 < self.smallest_m < self.child_below_m < self.tallest_m < 2.5:
            raise ValueError("child_below_m: must be between smallest_m and tallest_m")
        for name in ("child_share", "least_ratio"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 1)")


@dataclass(frozen=True, slots=True)
class MissingPersonConfig:
    """The rule's limits; ratios say how much likelier the description is than a passer-by."""

    passers_by: float = 60.0  # met for each one who is looked for: ratio 60 is even odds
    least_ratio: float = 8.0
    least_clothes: float = 2.0  # of it by clothes: nobody is found by height alone
    sure_ratio: float = 60.0  # enough, however rare the description
    fits_share: float = 0.3  # of what the very clothes would give: enough for a common one
    drop_ratio: float = 1.0  # below it a candidate surely is none
    min_looks: int = 4
    hold_s: float = 1.0
    walks_mps: float = 1.5
    margin_m: float = 50.0  # the place of the last sighting is a word on the telephone
    seated_doubt: float = 0.2  # of logarithms of levels: thighs lie in the light
    beyond_reach: float = 0.1  # what somebody counts who would have had to ride
    looks: LooksConfig = field(default_factory=LooksConfig)
    clothes: ClothesConfig = field(default_factory=ClothesConfig)
    body: BodyConfig = field(default_factory=BodyConfig)
    age: OldAgeConfig = field(default_factory=lambda: OldAgeConfig(min_looks=4))
    age_wait_s: float = 5.0  # for a look at the hair, where somebody old is looked for
    old_share: float = 0.2  # of passers-by: 65 or older (Statistics Korea 2025)
    stay: StayConfig = field(
        default_factory=lambda: StayConfig(
            grace_s=5.0, join_m=1.5, join_mps=1.5, remember_s=60.0, clear_s=4.0
        )
    )

    def __post_init__(self) -> None:
        if not self.passers_by >= 1:
            raise ValueError(f"passers_by: {self.passers_by} must be at least 1")
        if not 0 < self.drop_ratio <= self.least_ratio <= self.sure_ratio:
            raise ValueError(
                f"least_ratio: {self.least_ratio} must be in [drop_ratio, sure_ratio]"
            )
        if not 1 <= self.least_clothes <= self.least_ratio:
            raise ValueError(f"least_clothes: {self.least_clothes} must be in [1, least_ratio]")
        for name in ("fits_share", "beyond_reach", "old_share"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 1]")
        if self.min_looks < 2:
            raise ValueError(f"min_looks: {self.min_looks} must be at least 2")
        if not 0 < self.hold_s <= 60:
            raise ValueError(f"hold_s: {self.hold_s} must be in (0, 60]")
        if not 0 < self.walks_mps <= 5:
            raise ValueError(f"walks_mps: {self.walks_mps} must be in (0, 5]")
        if not 0 <= self.age_wait_s <= 60:
            raise ValueError(f"age_wait_s: {self.age_wait_s} must be in [0, 60]")
        if not 0 <= self.seated_doubt <= 2:
            raise ValueError(f"seated_doubt: {self.seated_doubt} must be in [0, 2]")
        if not 0 <= self.margin_m <= 5000:
            raise ValueError(f"margin_m: {self.margin_m} must be in [0, 5000]")
