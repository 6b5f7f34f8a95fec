"""Child alone at night: a small person with nobody near, at an hour when none should be about.

Definition. Somebody no taller than `standing_m` (or, seated or squatting, than `seated_m`) is seen
for `hold_s` within the windows `hours` of the map's local time, and every other person of the last
`company_s` is further away than `company_m`. The height is that of the box, by lidar or the ground
alone, and only where that is known to `most_height_sigma_m`. Old people are meant, too, but a
camera tells nobody's age: an old person's height is that of a short adult, so this rule is silent
about them until an operator's search names them.

Source: heights of children by age, Size Korea 2020: boys of 9 years 1.36 m, sigma 0.06 m; women of
60 years and more 1.54 m, sigma 0.06 m. Hours: Youth Protection Act of Korea, art. 29, keeps the
young out of places of amusement from 22:00.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from patrol.incident import AnomalyKind
from perception.followed import Followed
from perception.rules.base import Finding, Scene
from perception.rules.stays import Presence, StayConfig, Stays, findings_of

RULE_VERSION = "vulnerable_alone/1"


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
    stay: StayConfig = field(default_factory=StayConfig)

    def __post_init__(self) -> None:
        for name, most in (("hold_s", 600.0), ("company_m", 50.0), ("company_s", 60.0)):
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if not 0 < self.least_m < self.seated_m < self.standing_m < 1.6:
            raise ValueError(f"standing_m: {self.standing_m} must be above seated_m, below 1.6")
        if self.min_looks < 2:
            raise ValueError(f"min_looks: {self.min_looks} must be at least 2")


class VulnerableAloneRule:
    """The rule with its memory of who is about since when, and who was near them."""

    kind = AnomalyKind.VULNERABLE_ALONE

    def __init__(self, config: VulnerableAloneConfig) -> None:
        self._config = config
        self._stays = Stays(config.stay)
        self._places: dict[int, tuple[float, tuple[float, float]]] = {}  # track → (time, place)

    def step(self, scene: Scene) -> list[Finding]:
        """Which children have been alone long enough."""
        if not scene.map.window_holds(self._config.hours, scene.stamp_s):
            return []
        self._remember(scene)
        present = [self._presence(person) for person in scene.people]
        seen = self._stays.step(present, scene.stamp_s)
        for stay in seen:
            needed_s = self._config.hold_s / scene.map.sensitivity_at(*stay.place, scene.stamp_s)
            stay.raise_when(stay.held_s >= needed_s and stay.looks >= self._config.min_looks)
        return findings_of(self._stays, seen, self.kind, RULE_VERSION)

    def _remember(self, scene: Scene) -> None:
        now_s = scene.stamp_s
        self._places |= {p.track.track_id: (now_s, p.place) for p in scene.people}
        since_s = now_s - self._config.company_s
        self._places = {key: value for key, value in self._places.items() if value[0] >= since_s}

    def _presence(self, person: Followed) -> Presence:
        small, alone = self._is_small(person), self._is_alone(person)
        met: bool | None = None
        if small is False or not alone:
            met = False
        elif small:
            met = True
        return Presence.of(person, met)

    def _is_small(self, person: Followed) -> bool | None:
        """None where it cannot be told."""
        config = self._config
        height, range_m = person.height_m, person.track.observation.point.range_m
        doubt_m = height * person.sigma_m / max(range_m, 1.0)  # as the range is doubted
        if math.isnan(height) or doubt_m > config.most_height_sigma_m:
            return None
        aspect = float(np.median([look.aspect for look in person.looks]))
        limit_m = config.seated_m if aspect > config.seated_aspect else config.standing_m
        if height > limit_m + config.doubt_m:
            return False
        return config.least_m <= height <= limit_m

    def _is_alone(self, person: Followed) -> bool:
        reach_m = self._config.company_m + person.sigma_m
        return all(
            math.dist(person.place, place) > reach_m
            for track, (_, place) in self._places.items()
            if track != person.track.track_id
        )
