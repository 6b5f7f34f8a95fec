"""What is kept of an incident, and how."""

from __future__ import annotations

from dataclasses import dataclass, field

from perception.evidence_expiry import RetentionConfig
from perception.sealing import check_recipients


@dataclass(frozen=True, slots=True)
class EvidenceConfig:
    """How much is kept and how."""

    pre_roll_s: float = 5.0
    post_roll_s: float = 4.0
    jpeg_quality: int = 85
    blur: bool = True
    blur_hold_s: float = 0.8  # a head stays blurred so long after it was last seen
    pictures_per_step: int = 6  # of a clip, encoded in one step of the pipeline
    better_still_area: float = 1.6  # a second still when the box has grown by this
    originals_for: tuple[
        str, ...
    ] = ()  # age recipients who may open originals; none are kept else
    retention: RetentionConfig = field(default_factory=RetentionConfig)

    def __post_init__(self) -> None:
        if not 0 <= self.pre_roll_s <= 60:
            raise ValueError(f"pre_roll_s: {self.pre_roll_s} must be 0 to 60")
        if not 0 <= self.post_roll_s <= 60:
            raise ValueError(f"post_roll_s: {self.post_roll_s} must be 0 to 60")
        if not 0 <= self.blur_hold_s <= 10:
            raise ValueError(f"blur_hold_s: {self.blur_hold_s} must be 0 to 10")
        if not 30 <= self.jpeg_quality <= 100:
            raise ValueError(f"jpeg_quality: {self.jpeg_quality} must be 30 to 100")
        try:
            check_recipients(self.originals_for)
        except ValueError as error:
            raise ValueError(f"originals_for: {error}") from None
