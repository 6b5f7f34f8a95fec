"""The limits of the rule collapsed person; its definition is in `collapsed_person.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from perception.rules.posture import PostureConfig


@dataclass(frozen=True, slots=True)
class CollapsedPersonConfig:
    """The rule's limits; the definition is in `perception.rules.collapsed_person`."""

    posture: PostureConfig = field(default_factory=PostureConfig)
    min_score: float = 0.10
    hold_s: float = 2.0
    least_s: float = 3.0  # who lies for 5 s is told of no more than 2 s before
    standing_hold_s: float = 5.0
    min_views: int = 5
    least_whole_s: float = 0.4
    strong_score: float = 0.25
    min_strong_views: int = 2
    min_baseline_m: float = 0.8
    spot_radius_m: float = 1.5
    position_floor_m: float = 0.2
    forget_after_s: float = 60.0
    flicker_s: float = 4.0  # what was hardly seen is forgotten sooner
    empty_share: float = 0.1  # of the time that an empty look from near takes back
    clear_s: float = 3.0
    near_m: float = 9.0  # from here on an empty look counts
    looks_per_picture: int = 2  # places
    turns_per_look: int = 2
    skeleton_every: int = 3  # looks at a spot between two skeletons
    look_margins: tuple[float, ...] = (1.3, 1.8)  # taken in turn: bodies fill the crop or not
    look_min_side_px: float = 72.0
    lying_tilt_rad: float = 0.87  # 50 degrees from the vertical
    max_drift_across_mps: float = 0.5  # what moves faster does not lie there
    max_drift_along_mps: float = 1.2  # along the view a slope ahead looks like motion

    def __post_init__(self) -> None:
        if not 0 < self.min_score < self.strong_score <= 1:
            raise ValueError(f"strong_score: {self.strong_score} must be in (min_score, 1]")
        if not 0 < self.hold_s <= self.standing_hold_s:
            raise ValueError(f"hold_s: {self.hold_s} must be in (0, standing_hold_s]")
        if not 0 <= self.least_whole_s <= self.hold_s:
            raise ValueError(f"least_whole_s: {self.least_whole_s} must be in [0, hold_s]")
        if not 0 <= self.least_s <= 5:
            raise ValueError(f"least_s: {self.least_s} must be in [0, 5]")
        if not 0 <= self.looks_per_picture <= 4:
            raise ValueError(f"looks_per_picture: {self.looks_per_picture} must be 0 to 4")
        if not 1 <= self.turns_per_look <= 3:
            raise ValueError(f"turns_per_look: {self.turns_per_look} must be 1 to 3")
        if not self.look_margins or min(self.look_margins) < 1:
            raise ValueError("look_margins: must be one or more numbers of at least 1")
