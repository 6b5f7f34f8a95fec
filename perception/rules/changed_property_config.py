"""The limits of the rule changed property; its definition is in `changed_property.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from perception.reference_views import ReferenceConfig
from perception.rules.stays import StayConfig
from perception.view_comparison import ComparisonConfig


@dataclass(frozen=True, slots=True)
class ViewingConfig:
    """From where watched property is looked at, and how often: each judgement costs 8 to 12 ms."""

    every_s: float = 0.35  # between judgements
    most_range_m: float = 18.0
    least_slope: float = 0.22  # sine of the angle between a view and the plane
    least_known: float = 0.3  # of a plane, to say anything of it
    looks: int = 5  # that are fused
    within_s: float = 1.2  # of one another
    within_m: float = 0.7
    reference_m: float = 0.8  # from a reference's viewpoint
    references: int = 2  # runs that a view is compared with, the nearest ones
    things_range_m: float = 15.0  # further off, what stands on the ground is too flat

    def __post_init__(self) -> None:
        for name, most in (("every_s", 5.0), ("within_s", 5.0), ("within_m", 3.0),
                           ("reference_m", 5.0), ("most_range_m", 40.0),
                           ("things_range_m", 40.0)):  # fmt: skip
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        for name in ("least_slope", "least_known"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 1)")
        if not 3 <= self.looks <= 15:
            raise ValueError(f"looks: {self.looks} must be 3 to 15")
        if not 1 <= self.references <= 5:
            raise ValueError(f"references: {self.references} must be 1 to 5")


@dataclass(frozen=True, slots=True)
class ChangedPropertyConfig:
    """The rule's limits."""

    hold_s: float = 3.0
    least_difference: float = 0.4  # 0 is the same, 1 has nothing in common
    wall_m2: float = 0.6  # of a change on a wall
    things_m2: float = 0.32  # of a change before it
    thick_px: int = 5  # of 5 cm, in both directions
    longest: float = 5.0  # times as long as wide
    least_fit: float = 0.5  # correlation of what is around, else the views do not fit
    viewing: ViewingConfig = field(default_factory=ViewingConfig)
    comparison: ComparisonConfig = field(default_factory=ComparisonConfig)
    references: ReferenceConfig = field(default_factory=ReferenceConfig)
    stay: StayConfig = field(
        default_factory=lambda: StayConfig(grace_s=3.0, join_m=8.0, join_mps=0.0, clear_s=4.0)
    )

    def __post_init__(self) -> None:
        if not 0 < self.hold_s <= 600:
            raise ValueError(f"hold_s: {self.hold_s} must be in (0, 600]")
        if not 0 < self.least_difference < 2:
            raise ValueError(f"least_difference: {self.least_difference} must be in (0, 2)")
        for name in ("wall_m2", "things_m2"):
            if not 0 < getattr(self, name) <= 10:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 10]")
        if not 1 <= self.thick_px <= 20:
            raise ValueError(f"thick_px: {self.thick_px} must be 1 to 20")
        if not 1 <= self.longest <= 100:
            raise ValueError(f"longest: {self.longest} must be in [1, 100]")
        if not 0 <= self.least_fit < 1:
            raise ValueError(f"least_fit: {self.least_fit} must be in [0, 1)")
