"""A child or an old person alone at night: nobody near, at an hour when none should be about.

Definition. Within the windows `hours` of the map's local time somebody is alone: every other
person of the last `company_s` is further away than `company_m`. They are reported after `hold_s`,
but not while somebody begins to show beside them (who stood behind them, as the vehicle passes),

- as a child: if for so long they were no taller than `standing_m` (or, seated or squatting, than
  `seated_m`). The height is that of the box, by lidar or the ground alone, and only where that is
  known to `most_height_sigma_m`;
- as an old person: if hair, stoop, height and walk together say so by `least_odds` (natural
  logarithm; `old_age.py` has the parts and their sources), and how they look, hair and stoop,
  speaks for it. A camera reads nobody's age: short people, who wander or wait, are no old ones,
  and an old person who stands, with dark hair or a covered head, is not told.

Source: heights of children by age, Size Korea 2020: boys of 9 years 1.36 m, sigma 0.06 m; women of
60 years and more 1.54 m, sigma 0.06 m. Hours: Youth Protection Act of Korea, art. 29, keeps the
young out of places of amusement from 22:00.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from patrol.incident import AnomalyKind
from perception.detectors.base import PoseDetector
from perception.followed import Followed
from perception.looks import UPRIGHT, skeleton_in, square_around
from perception.rules.base import Finding, Scene
from perception.rules.company import Company
from perception.rules.old_age import AgeLooks
from perception.rules.old_age_config import OldAgeConfig
from perception.rules.stays import Presence, Stay, StayConfig, Stays, findings_of

RULE_VERSION = "vulnerable_alone/3"
_LEAST_SIDE_PX = 48.0  # of a crop


@dataclass(frozen=True, slots=True)
class VulnerableAloneConfig:
    """The rule's limits."""

    hours: str = "22:00-05:00"  # opening_hours words
    hold_s: float = 7.0
    min_looks: int = 12
    standing_m: float = 1.40
    seated_m: float = 0.80
    seated_aspect: float = 0.5  # a box wider than this share of its height: seated or squatting
    least_m: float = 0.6  # lower is a dog
    doubt_m: float = 0.08  # above the limits by so much: surely grown up
    most_height_sigma_m: float = 0.12
    company_m: float = 6.0
    company_s: float = 5.0
    least_odds: float = 0.8
    looks_per_picture: int = 1  # a skeleton costs 8 to 17 ms
    age: OldAgeConfig = field(default_factory=OldAgeConfig)
    stay: StayConfig = field(default_factory=StayConfig)

    def __post_init__(self) -> None:
        for name, most in (("hold_s", 600.0), ("company_m", 50.0), ("company_s", 60.0)):
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if not 0 < self.least_m < self.seated_m < self.standing_m < 1.6:
            raise ValueError(f"standing_m: {self.standing_m} must be above seated_m, below 1.6")
        if self.min_looks < 2:
            raise ValueError(f"min_looks: {self.min_looks} must be at least 2")
        if not 0 < self.least_odds <= 10:
            raise ValueError(f"least_odds: {self.least_odds} must be in (0, 10]")
        if not 0 <= self.looks_per_picture <= 8:
            raise ValueError(f"looks_per_picture: {self.looks_per_picture} must be 0 to 8")


@dataclass(slots=True)
class _Alone:
    """What is known of somebody who is alone: how long small, how old by looks."""

    age: AgeLooks
    seen_s: float
    small_s: float = 0.0

    def grow(self, small: bool | None, stamp_s: float, longest_gap_s: float) -> None:
        """Book one picture: as `Stays` books time."""
        gap_s = stamp_s - self.seen_s
        gap_s, self.seen_s = (0.0 if gap_s > longest_gap_s else gap_s), stamp_s
        if small:
            self.small_s += gap_s
        elif small is False:
            self.small_s = max(self.small_s - 2 * gap_s, 0.0)


class VulnerableAloneRule:
    """The rule with its memory of who is about since when, and who was near them."""

    kind = AnomalyKind.VULNERABLE_ALONE

    def __init__(self, config: VulnerableAloneConfig, pose: PoseDetector | None = None) -> None:
        """Without `pose` no old people are told."""
        self._config, self._pose = config, pose
        self._stays = Stays(config.stay)
        self._alone: dict[int, _Alone] = {}  # by stay
        self._company = Company(config.company_m, config.company_s)

    def step(self, scene: Scene) -> list[Finding]:
        """Which children and old people have been alone long enough."""
        if not scene.map.window_holds(self._config.hours, scene.stamp_s):
            return []
        self._company.step(scene.people, scene.stamp_s)
        present = [Presence.of(person, self._company.is_alone(person)) for person in scene.people]
        seen = self._stays.step(present, scene.stamp_s)
        known = {stay.key for stay in self._stays.known}
        self._alone = {key: alone for key, alone in self._alone.items() if key in known}
        people = {person.track.track_id: person for person in scene.people}
        pairs = [(stay, people[stay.presence.track_id]) for stay in seen]
        for stay, person in pairs:
            self._book(stay, person, scene.stamp_s)
        self._look(pairs, scene)
        for stay, person in pairs:
            if not self._company.may_have_come(person):
                self._judge(stay, scene)
        return findings_of(self._stays, seen, self.kind, RULE_VERSION)

    def _book(self, stay: Stay, person: Followed, now_s: float) -> None:
        """What a picture says without a closer look."""
        alone = self._alone.get(stay.key)
        if alone is None:
            alone = self._alone[stay.key] = _Alone(AgeLooks(self._config.age), now_s)
        alone.grow(self._is_small(person), now_s, self._config.stay.grace_s)
        sure = self._height_doubt_m(person) <= self._config.most_height_sigma_m
        alone.age.move(now_s, person.place, person.looks[-1].height_m if sure else math.nan)

    def _look(self, pairs: Sequence[tuple[Stay, Followed]], scene: Scene) -> None:
        """Skeletons of those who are alone and not yet told, longest not looked at first."""
        if self._pose is None:
            return
        due = [
            (age, person)
            for stay, person in pairs
            if stay.presence.met
            and not stay.raised
            and not person.by_warmth
            and self._is_large(person)
            and (age := self._alone[stay.key].age).is_due(scene.stamp_s)
        ]
        shape = (scene.image_bgr.shape[0], scene.image_bgr.shape[1])
        for age, person in sorted(due, key=lambda pair: pair[0].looked_at_s)[
            : self._config.looks_per_picture
        ]:
            box = person.track.observation.box_xyxy
            region = square_around(box, 1.3, _LEAST_SIDE_PX, shape)
            skeleton = skeleton_in(scene.image_bgr, region, UPRIGHT, self._pose, box)
            speed_mps = person.motion.speed_mps
            age.look(scene.image_bgr, box, skeleton, speed_mps, scene.stamp_s)

    def _is_large(self, person: Followed) -> bool:
        box = person.track.observation.box_xyxy
        return bool(box[3] - box[1] >= self._config.age.min_height_px)

    def _judge(self, stay: Stay, scene: Scene) -> None:
        """Tell a child, or an old person, who has been alone long enough."""
        config, alone = self._config, self._alone[stay.key]
        needed_s = config.hold_s / scene.map.sensitivity_at(*stay.place, scene.stamp_s)
        is_long = stay.held_s >= needed_s and stay.looks >= config.min_looks
        if stay.raised or not stay.presence.met or not is_long:
            return
        if alone.small_s >= needed_s:
            stay.details = {"who": "child"}
            stay.raise_when(True)
            return
        parts = alone.age.odds()
        odds = sum(parts.values())
        by_looks = parts["hair"] + parts["stoop"]  # the rest is of short people who wander, too
        if by_looks > 0 and odds >= config.least_odds:
            told = {f"{name}_odds": round(part, 1) for name, part in parts.items()}
            stay.details = {"who": "old person", "odds": round(odds, 1), **told}
            stay.raise_when(True)

    def _is_small(self, person: Followed) -> bool | None:
        """None where it cannot be told."""
        config, height = self._config, person.height_m
        if not self._height_doubt_m(person) <= config.most_height_sigma_m:  # NaN: not known
            return None
        aspect = float(np.median([look.aspect for look in person.looks]))
        limit_m = config.seated_m if aspect > config.seated_aspect else config.standing_m
        if height > limit_m + config.doubt_m:
            return False
        return config.least_m <= height <= limit_m

    @staticmethod
    def _height_doubt_m(person: Followed) -> float:
        """As the range is doubted; NaN where the height is not known."""
        range_m = person.track.observation.point.range_m
        return person.height_m * person.sigma_m / max(range_m, 1.0)
