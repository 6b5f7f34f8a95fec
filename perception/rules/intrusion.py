"""Intrusion: somebody gets into a forbidden zone, or over a line in the forbidden direction.

Definition. In the hours of a `restricted` zone of the map a person is inside it: with a
probability (covariance against the zone's edge) of at least `sure_in`, in `min_looks` looks over
`hold_s`. Who was there when first seen is an intruder as well. For a line of the configuration,
in its hours: somebody who was surely (`line_sigmas`) on one side is surely on the other within
`cross_within_s`, and passed between its ends. The direction is seen from its first point to its
second: `to_left`, `to_right` or `both`.

Source: KISA's certification of intelligent CCTV (2019), "intrusion": a person enters a set area.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from patrol.incident import AnomalyKind
from patrol.map import ZoneKind
from perception.followed import Followed
from perception.map_places import WatchedZone
from perception.rules.base import Finding, Scene
from perception.rules.lines import Line, LineWatch, WatchedLine
from perception.rules.stays import Presence, StayConfig, Stays, findings_of

RULE_VERSION = "intrusion/1"


@dataclass(frozen=True, slots=True)
class IntrusionConfig:
    """The rule's limits, and the lines that it watches."""

    hold_s: float = 0.6
    min_looks: int = 3
    sure_in: float = 0.9
    sure_out: float = 0.2
    line_sigmas: float = 1.3
    cross_within_s: float = 5.0
    lines: tuple[Line, ...] = ()
    stay: StayConfig = field(default_factory=StayConfig)

    def __post_init__(self) -> None:
        if not 0 < self.hold_s <= 60:
            raise ValueError(f"hold_s: {self.hold_s} must be in (0, 60]")
        if self.min_looks < 2:
            raise ValueError(f"min_looks: {self.min_looks} must be at least 2")
        if not 0 < self.sure_out < self.sure_in < 1:
            raise ValueError(f"sure_in: {self.sure_in} must be in (sure_out, 1)")
        if not 0.5 <= self.line_sigmas <= 5:
            raise ValueError(f"line_sigmas: {self.line_sigmas} must be in [0.5, 5]")
        if not 0.5 <= self.cross_within_s <= 60:
            raise ValueError(f"cross_within_s: {self.cross_within_s} must be in [0.5, 60]")
        names = [line.id for line in self.lines]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"lines: {name!r} stands twice; ids must differ")


class IntrusionRule:
    """The rule with its memory of who is in which zone since when."""

    kind = AnomalyKind.INTRUSION

    def __init__(self, config: IntrusionConfig) -> None:
        self._config = config
        self._stays = Stays(config.stay)
        self._lines = [WatchedLine(line) for line in config.lines]
        self._crossings = LineWatch(config.line_sigmas, config.cross_within_s)

    def step(self, scene: Scene) -> list[Finding]:
        """Who is inside, and who crossed a line."""
        zones = scene.map.zones(ZoneKind.RESTRICTED, scene.stamp_s)
        lines = [
            line
            for line in self._lines
            if line.line.map_id == scene.map.map_id
            and scene.map.window_holds(line.line.windows, scene.stamp_s)
        ]
        present = [self._inside(one, zone) for zone in zones for one in scene.people]
        crossed = self._crossings.step(lines, scene.people, scene.stamp_s)
        present += [Presence.of(one, True, line.line.id) for line, one in crossed]
        seen = self._stays.step(present, scene.stamp_s)
        over_a_line = {(line.line.id, one.track.track_id) for line, one in crossed}
        for stay in seen:
            place = (stay.presence.place_id, stay.presence.track_id)
            lasted = stay.held_s >= self._config.hold_s / scene.map.sensitivity_at(
                *stay.place, scene.stamp_s
            )
            stay.raise_when(
                place in over_a_line or (lasted and stay.looks >= self._config.min_looks)
            )
            stay.details["where"] = stay.presence.place_id
        return findings_of(self._stays, seen, self.kind, RULE_VERSION)

    def _inside(self, one: Followed, zone: WatchedZone) -> Presence:
        share = zone.region.share(*one.place, one.covariance)
        met = True if share >= self._config.sure_in else None
        if share <= self._config.sure_out:
            met = False
        return Presence.of(one, met, zone.id)
