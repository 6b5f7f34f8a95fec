"""Limits of the rule for abandoned objects."""

from __future__ import annotations

from dataclasses import dataclass, field

from perception.lidar_spots import SpotConfig
from perception.trails import StopConfig


@dataclass(frozen=True, slots=True)
class LeftThingConfig:
    """When something that was left is there, and when it surely is not."""

    far_m: float = 12.0  # from the camera: further off a thing is too small to be sure of
    there_match: float = 0.7  # of its look, -1 to 1
    gone_match: float = 0.5
    sure_match: float = 0.85  # where the lidar has measured it, and measures nothing now
    gone_s: float = 2.5  # in full view and not there: taken away
    looks: int = 5  # at it before anything is said
    person_overlap: float = 0.4  # of a weak box with that of somebody who would stand there
    pass_gap_s: float = 180.0  # out of sight for so long: the next time is another pass

    def __post_init__(self) -> None:
        if not 3 <= self.far_m <= 40:
            raise ValueError(f"far_m: {self.far_m} must be in [3, 40]")
        if not -1 < self.gone_match < self.there_match < 1:
            raise ValueError(
                f"gone_match: {self.gone_match} must be below there_match, in (-1, 1)"
            )
        if not 0.5 <= self.gone_s <= 60:
            raise ValueError(f"gone_s: {self.gone_s} must be in [0.5, 60]")
        if self.looks < 2:
            raise ValueError(f"looks: {self.looks} must be at least 2")
        if not 0 < self.person_overlap < 1:
            raise ValueError(f"person_overlap: {self.person_overlap} must be in (0, 1)")
        if not 10 <= self.pass_gap_s <= 1e5:
            raise ValueError(f"pass_gap_s: {self.pass_gap_s} must be in [10, 100000]")


@dataclass(frozen=True, slots=True)
class NewThingConfig:
    """What says that something new is where somebody was."""

    beside_m: float = 0.8  # of where somebody stood
    before_s: float = 0.8  # by lidar so long before they came: it was there
    lasts_s: float = 0.5  # by lidar, after somebody left
    lamp_m: float = 1.0  # so near a mapped lamp it is the lamp's post
    apart_m: float = 0.6  # from everybody who is seen
    picture_far_m: float = 8.0  # further off the picture alone decides nothing
    picture_high_m: float = 0.55  # above the place: higher than the lidar looks it is asked
    picture_wait_s: float = 20.0  # after somebody left: later changes are others'
    picture_nearer: float = 0.6  # share of the distance of the look before: nearer, more is seen
    structure: float = 0.03  # contrast that is some
    grown: float = 2.0  # times what was there
    low_looks: int = 2  # at somebody who bent down: a place that was never seen bare counts, too
    compared_at_once: int = 1  # places that are compared in one picture
    votes: int = 5  # looks
    agree: float = 0.6  # share of them
    least_m: float = 0.2  # width and height of a thing
    most_m: float = 1.2
    one_way: float = 0.85  # gradients all one way (0 to 1): a line on the ground, or its shadow
    wait_s: float = 120.0  # for a thing to be seen where somebody was

    def __post_init__(self) -> None:
        for name, most in (
            ("beside_m", 3.0), ("before_s", 10.0), ("lasts_s", 10.0), ("lamp_m", 5.0),
            ("apart_m", 3.0), ("picture_far_m", 20.0), ("picture_high_m", 0.9),
            ("picture_wait_s", 600.0), ("wait_s", 3600.0), ("structure", 1.0), ("grown", 20.0),
        ):  # fmt: skip
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        for name in ("picture_nearer", "agree", "one_way"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 1]")
        for name, least in (("compared_at_once", 1), ("votes", 2), ("low_looks", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name}: {getattr(self, name)} must be at least {least}")
        if not 0 < self.least_m < self.most_m <= 2:
            raise ValueError(
                f"least_m: {self.least_m} must be above 0 and below most_m (2 or less)"
            )


@dataclass(frozen=True, slots=True)
class AbandonedObjectConfig:
    """The rule's limits."""

    alone_s: float = 30.0  # divided by a zone's `incident_sensitivity`
    owner_m: float = 3.0
    remember_s: float = 7200.0  # what was left, after it was seen last
    most_things: int = 30
    picture_every_s: float = 0.4
    pictures: int = 12
    stop: StopConfig = field(default_factory=StopConfig)
    spot: SpotConfig = field(default_factory=SpotConfig)
    new: NewThingConfig = field(default_factory=NewThingConfig)
    left: LeftThingConfig = field(default_factory=LeftThingConfig)

    def __post_init__(self) -> None:
        for name, most in (
            ("alone_s", 3600.0), ("owner_m", 20.0), ("remember_s", 1e6), ("picture_every_s", 5.0),
        ):  # fmt: skip
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if not 1 <= self.most_things <= 1000:
            raise ValueError(f"most_things: {self.most_things} must be 1 to 1000")
        if not 2 <= self.pictures <= 100:
            raise ValueError(f"pictures: {self.pictures} must be 2 to 100")
