"""Loitering: somebody stays in a zone where people only pass.

Definition. Somebody is within a `no_loitering` zone of the map, in its hours, for the dwell time
of their class. Each look counts by the probability of being inside (covariance against the zone's
edge): at least `sure_in` adds time, at most `sure_out` takes it back. A track that is lost is
waited for (`stay.grace_s`); who comes back near is the same one, and the gap counts. Where an
`incident_sensitivity` zone lies over it, its factor shortens the time. No zone, no loitering: on
a street everybody may stand.

Source: KISA's certification of intelligent CCTV (2019), "loitering": 10 s or more within a set
area. The default is twice that: nobody is bothered for waiting.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from patrol.incident import AnomalyKind
from patrol.map import ZoneKind
from perception.followed import Followed
from perception.map_places import WatchedZone
from perception.rules.base import Finding, Scene
from perception.rules.stays import Presence, StayConfig, Stays, findings_of

RULE_VERSION = "loitering/1"
KISA_LEAST_S = 10.0


@dataclass(frozen=True, slots=True)
class LoiteringConfig:
    """The rule's limits."""

    dwell_s: dict[str, float] = field(default_factory=lambda: {"person": 20.0})  # by class
    sure_in: float = 0.7
    sure_out: float = 0.2
    stay: StayConfig = field(default_factory=lambda: StayConfig(grace_s=8.0, clear_s=8.0))

    def __post_init__(self) -> None:
        for label, dwell_s in self.dwell_s.items():
            if not KISA_LEAST_S <= dwell_s <= 3600:
                raise ValueError(
                    f"dwell_s: {label}: {dwell_s} must be in [{KISA_LEAST_S:g}, 3600]"
                )
        if not 0 < self.sure_out < self.sure_in < 1:
            raise ValueError(f"sure_in: {self.sure_in} must be in (sure_out, 1)")


class LoiteringRule:
    """The rule with its memory of who is in which zone since when."""

    kind = AnomalyKind.LOITERING

    def __init__(self, config: LoiteringConfig) -> None:
        self._config = config
        self._stays = Stays(config.stay)

    def step(self, scene: Scene) -> list[Finding]:
        """Who has been in a zone for too long."""
        zones = scene.map.zones(ZoneKind.NO_LOITERING, scene.stamp_s)
        watched = [
            one
            for one in (*scene.people, *scene.vehicles)
            if one.track.label in self._config.dwell_s
        ]
        dwell_s = {one.track.track_id: self._config.dwell_s[one.track.label] for one in watched}
        present = [self._presence(one, zone) for zone in zones for one in watched]
        seen = self._stays.step(present, scene.stamp_s)
        for stay in seen:
            factor = scene.map.sensitivity_at(*stay.place, scene.stamp_s)
            stay.raise_when(stay.held_s >= dwell_s[stay.presence.track_id] / factor)
            stay.details["zone"] = stay.presence.place_id
        return findings_of(self._stays, seen, self.kind, RULE_VERSION)

    def _presence(self, one: Followed, zone: WatchedZone) -> Presence:
        share = zone.region.share(*one.place, one.covariance)
        met = True if share >= self._config.sure_in else None
        if share <= self._config.sure_out:
            met = False
        return Presence.of(one, met, zone.id)
