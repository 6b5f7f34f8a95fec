"""Person on the carriageway: somebody on foot where only vehicles should be.

Definition. A person is on a road area of the map, off the crosswalks and a step (1 m) beside
them, for `hold_s`. Streets that people share with cars are no road areas: to walk there is no
event. "On" is a probability by the position's covariance: at least `sure_in`; at most `sure_out`
takes the time back, and in between nothing counts, so that noise at the kerb raises nothing.
Somebody who rides, or is surely faster than people run, is no pedestrian (`perception.followed`).

Source: Road Traffic Act of Korea, art. 8 (pedestrians keep to the pavement) and art. 10 (they
cross on crosswalks).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from patrol.incident import AnomalyKind
from perception.followed import Followed
from perception.rules.base import Finding, Scene
from perception.rules.stays import Presence, StayConfig, Stays, findings_of

RULE_VERSION = "person_on_road/1"


@dataclass(frozen=True, slots=True)
class PersonOnRoadConfig:
    """The rule's limits."""

    hold_s: float = 2.3  # of the 3 s that make the event: nobody waits for the last look
    min_looks: int = 4
    sure_in: float = 0.85
    sure_out: float = 0.3
    max_speed_mps: float = 2.8  # faster for sure: rides, or runs (another rule)
    fast_for_s: float = 5.0  # so long after it was: a bicycle that turns is slow, too
    stay: StayConfig = field(default_factory=StayConfig)

    def __post_init__(self) -> None:
        if not 0 < self.hold_s <= 60:
            raise ValueError(f"hold_s: {self.hold_s} must be in (0, 60]")
        if not 0 < self.sure_out < self.sure_in < 1:
            raise ValueError(f"sure_in: {self.sure_in} must be in (sure_out, 1)")
        if not self.max_speed_mps > 1 or not self.fast_for_s >= 0:
            raise ValueError("max_speed_mps: must be above 1, and fast_for_s 0 or more")
        if self.min_looks < 2:
            raise ValueError(f"min_looks: {self.min_looks} must be at least 2")


class PersonOnRoadRule:
    """The rule with its memory of who is on the road since when."""

    kind = AnomalyKind.PERSON_ON_ROAD

    def __init__(self, config: PersonOnRoadConfig) -> None:
        self._config = config
        self._stays = Stays(config.stay)
        self._fast_s: dict[int, float] = {}  # track → when it was last surely too fast

    def step(self, scene: Scene) -> list[Finding]:
        """Who has been on the carriageway long enough."""
        if scene.map.carriageway.is_empty:
            return []
        fast_for_s = self._config.fast_for_s
        self._fast_s = {
            key: at_s for key, at_s in self._fast_s.items() if scene.stamp_s - at_s < fast_for_s
        }
        shares = scene.map.carriageway.shares(
            [person.place for person in scene.people],
            [person.covariance for person in scene.people],
        )
        known, present = self._stays.tracks, []
        for person, share in zip(scene.people, shares, strict=True):
            met = self._is_on_it(person, share, scene.stamp_s)
            if met or person.track.track_id in known:
                present.append(Presence.of(person, met))
        seen = self._stays.step(present, scene.stamp_s)
        for stay in seen:
            needed_s = self._config.hold_s / scene.map.sensitivity_at(*stay.place, scene.stamp_s)
            stay.raise_when(stay.held_s >= needed_s and stay.looks >= self._config.min_looks)
        return findings_of(self._stays, seen, self.kind, RULE_VERSION)

    def _is_on_it(self, person: Followed, share: float, stamp_s: float) -> bool | None:
        """By the probability that somebody is on it; None where that cannot be told."""
        motion = person.motion
        if motion.speed_mps - motion.sigma_mps > self._config.max_speed_mps:
            self._fast_s[person.track.track_id] = stamp_s
        if share <= self._config.sure_out:
            return False
        if share >= self._config.sure_in and person.track.track_id not in self._fast_s:
            return True
        return None
