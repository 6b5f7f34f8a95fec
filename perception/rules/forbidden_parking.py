"""Forbidden parking: a vehicle stands where the law lets none stand.

Definition. A car, truck or bus rests (its place drifts less than `still_m` and it is not surely
faster than `still_mps`) for `hold_s` on a way for people (near end and middle count alike), or
with its middle within 10 m of a crosswalk. A picture shows the near end of a vehicle; its middle
is taken `middle_m` further along the view, with `middle_sigma_m` of doubt, because nobody sees
which way it stands. Who stops and drives on within the time has not parked.

Source: Road Traffic Act of Korea, art. 32 nos. 1 and 5. Not told apart: fire hydrants, corners and
bus stops (nos. 2, 4, 6), for which the map has no places, and signs that allow it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from patrol.incident import AnomalyKind
from perception.followed import Followed
from perception.rules.base import Finding, Scene
from perception.rules.stays import Anchors, Presence, Stay, StayConfig, Stays, findings_of

RULE_VERSION = "forbidden_parking/1"
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ForbiddenParkingConfig:
    """The rule's limits."""

    hold_s: float = 8.0
    min_looks: int = 15
    sure_in: float = 0.7
    sure_out: float = 0.2
    still_m: float = 1.2
    still_mps: float = 0.6
    middle_m: float = 1.8  # half a car, seen from an end rather than from the side
    middle_sigma_m: float = 0.7
    stay: StayConfig = field(
        default_factory=lambda: StayConfig(join_m=2.0, join_mps=0.0, clear_s=3.0)
    )

    def __post_init__(self) -> None:
        for name, most in (("hold_s", 3600.0), ("still_m", 5.0), ("still_mps", 2.0)):
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if self.min_looks < 2:
            raise ValueError(f"min_looks: {self.min_looks} must be at least 2")
        if not 0 < self.sure_out < self.sure_in < 1:
            raise ValueError(f"sure_in: {self.sure_in} must be in (sure_out, 1)")
        if not 0 <= self.middle_m <= 6 or not 0 <= self.middle_sigma_m <= 3:
            raise ValueError("middle_m: must be in [0, 6], and middle_sigma_m in [0, 3]")


class ForbiddenParkingRule:
    """The rule with its memory of what stands where since when."""

    kind = AnomalyKind.FORBIDDEN_PARKING

    def __init__(self, config: ForbiddenParkingConfig) -> None:
        self._config = config
        self._stays = Stays(config.stay)
        self._anchors = Anchors(config.still_m)

    def step(self, scene: Scene) -> list[Finding]:
        """What has stood long enough where it may not."""
        present = [self._presence(car, scene) for car in scene.vehicles]
        seen = self._stays.step(present, scene.stamp_s)
        self._anchors.check(seen, self._stays.known, scene.stamp_s)
        for stay in seen:
            self._judge(stay, scene)
        return findings_of(self._stays, seen, self.kind, RULE_VERSION)

    def _judge(self, stay: Stay, scene: Scene) -> None:
        needed_s = self._config.hold_s / scene.map.sensitivity_at(*stay.place, scene.stamp_s)
        stay.raise_when(stay.held_s >= needed_s and stay.looks >= self._config.min_looks)

    def _presence(self, car: Followed, scene: Scene) -> Presence:
        motion = car.motion
        moves = motion.speed_mps - 2 * motion.sigma_mps > self._config.still_mps
        share = self._share(car, scene)
        met: bool | None = None
        if moves or share <= self._config.sure_out:
            met = False
        elif share >= self._config.sure_in:
            met = True
        return Presence.of(car, met)

    def _share(self, car: Followed, scene: Scene) -> float:
        """The probability that it stands where it may not."""
        x_m, y_m = car.place
        eye_x, eye_y = scene.viewpoint_map
        view = np.array([x_m - eye_x, y_m - eye_y])
        middle = np.array([x_m, y_m]) + self._config.middle_m * view / max(np.hypot(*view), 0.1)
        doubt = car.covariance + np.eye(2) * self._config.middle_sigma_m**2
        there = (float(middle[0]), float(middle[1]))
        ways = scene.map.footways
        on_way = (ways.share(x_m, y_m, car.covariance) + ways.share(*there, doubt)) / 2
        return max(on_way, scene.map.near_crosswalks.share(*there, doubt))
