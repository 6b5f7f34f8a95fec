"""Person needs help: somebody sits or squats in the dark where vehicles drive.

Definition. A person whose head is surely lower than `low_m` stays (moves less than
`bodies.still_m`) on a street or carriageway for `hold_s`, between civil dusk and dawn. Who sits on
a bench is higher than that, or as low and narrow, since the legs hang down (`wide_low_m`,
`wide_aspect`); who ties a shoe gets up before. The height is that of the box, by lidar or the
ground alone. A child who stands is as low: a box narrower than `upright_aspect` of its height is
somebody who stands, however small. Who was not seen standing since they came into view sat there
before: then `hold_before_s` is enough, for who drives past sees no more of it. Boxes and tracks
become bodies first (`low_bodies.py`), and it is the surest look at where a body rests that must be
on the street: from afar a place is known to metres.

Source: Road Traffic Act of Korea, art. 68 par. 3 no. 3 forbids to sit, stand or lie on a road in a
way that hinders traffic; deaths of people who sit or lie drunk on roads at night are counted apart
by the police ("stealth walkers").
"""

from __future__ import annotations

from dataclasses import dataclass, field

from patrol.geometry import larger_sigma
from patrol.incident import AnomalyKind
from perception.detectors.base import PoseDetector
from perception.rules.base import Finding, Scene
from perception.rules.low_bodies import LowBodies, LowBody, LowBodyConfig
from perception.rules.stays import Presence, Stay, StayConfig, Stays, findings_of

RULE_VERSION = "person_in_need/2"


@dataclass(frozen=True, slots=True)
class PersonInNeedConfig:
    """The rule's limits."""

    hold_s: float = 8.3  # of 10: an alarm may come 2 s early, and who drives past sees no more
    hold_before_s: float = 5.9  # for who sat when first seen; a shoe is tied in less
    min_looks: int = 8
    low_m: float = 1.0  # seated on the ground: 0.8 to 1.0 m, on a bench 1.05 m and more
    wide_low_m: float = 1.2  # with legs stretched out or apart, which on a bench hang down
    wide_aspect: float = 0.66
    least_m: float = 0.35  # lower lies: another rule
    upright_aspect: float = 0.42
    sure_in: float = 0.3  # the edge of a road is no better a place
    sure_out: float = 0.1
    bodies: LowBodyConfig = field(default_factory=LowBodyConfig)
    stay: StayConfig = field(  # in the dark a detector misses who sits for seconds
        default_factory=lambda: StayConfig(grace_s=8.0, join_m=1.0, join_mps=0.1)
    )

    def __post_init__(self) -> None:
        for name, most in (("hold_s", 600.0), ("wide_low_m", 1.5)):
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if not 0 < self.hold_before_s <= self.hold_s:
            raise ValueError(f"hold_before_s: {self.hold_before_s} must be in (0, hold_s]")
        if not 0 < self.least_m < self.low_m <= self.wide_low_m:
            raise ValueError(f"low_m: {self.low_m} must be above least_m, at most wide_low_m")
        if not 0 < self.sure_out < self.sure_in < 1:
            raise ValueError(f"sure_in: {self.sure_in} must be in (sure_out, 1)")
        if self.min_looks < 2:
            raise ValueError(f"min_looks: {self.min_looks} must be at least 2")


class PersonInNeedRule:
    """The rule with its memory of who sits where since when."""

    kind = AnomalyKind.PERSON_IN_NEED

    def __init__(self, config: PersonInNeedConfig, pose: PoseDetector | None = None) -> None:
        """Without `pose` who is taken for a thing is not seen."""
        self._config = config
        self._bodies = LowBodies(config.bodies, pose)
        self._stays = Stays(config.stay)

    def step(self, scene: Scene) -> list[Finding]:
        """Who has sat there long enough."""
        if not scene.map.is_night(scene.stamp_s):
            return []
        bodies = {body.number: body for body in self._bodies.step(scene)}
        present = [self._presence(body, scene) for body in bodies.values()]
        seen = self._stays.step(present, scene.stamp_s)
        for stay in seen:
            self._judge(stay, bodies[stay.presence.track_id], scene)
        return findings_of(self._stays, seen, self.kind, RULE_VERSION)

    def _judge(self, stay: Stay, body: LowBody, scene: Scene) -> None:
        config = self._config
        if stay.began_s < body.rests_s and not stay.raised:
            stay.held_s, stay.began_s = 0.0, body.rests_s
        sank = stay.began_s - body.stood_s < config.bodies.join_s
        hold_s = config.hold_s if sank else config.hold_before_s
        needed_s = hold_s / scene.map.sensitivity_at(*stay.place, scene.stamp_s)
        on_road = scene.map.driven_on.share(*body.spot[0], body.spot[1]) >= config.sure_in
        stay.raise_when(on_road and stay.held_s >= needed_s and stay.looks >= config.min_looks)

    def _presence(self, body: LowBody, scene: Scene) -> Presence:
        """A body as `Stays` follows it: by its number, whichever track shows it."""
        config, height, aspect = self._config, body.height_m, body.aspect
        share = scene.map.driven_on.share(*body.spot[0], body.spot[1])
        met: bool | None = None
        low_m = config.wide_low_m if aspect >= config.wide_aspect else config.low_m
        if share <= config.sure_out or height > low_m + 0.1:
            met = False
        elif config.least_m <= height <= low_m and aspect >= config.upright_aspect:
            met = True
        (x_m, y_m), covariance = body.spot
        box = body.track.observation.box_xyxy
        confidence = body.track.confidence
        sigma_m = larger_sigma(covariance)
        return Presence(
            body.number, x_m, y_m, sigma_m, met, confidence, box, covariance=covariance
        )
