"""Fight: two people within arm's reach whose limbs both move fast, on the spot.

Definition. Two people within `near_m` of one another strike: in `window_s` the limbs of both move
fast, and they have been there for `hold_s`. How fast is told by skeletons of pictures one after
the other (`fight_limbs.py`): the second fastest of elbows, wrists, knees and ankles against the
trunk, in body heights per second. `struck_mps` is a look at a blow, and `sure_share` of at least
`min_looks` looks must be one, `each_side` of them on either side of the pair. Who walks or runs
side by side moves the limbs, too, but leaves the spot (`spot_m`, `walks_mps`) or is on the way out
of it, and who runs to and fro there goes nearly as fast on the whole, less what the doubt of that
direction explains (`fight_spot.py`). Without a pose model the rule is silent. A pair is followed
by its place, because fighters cover one another and their tracks break; a fight within
`same_event_m` of one that was raised is that one.

Source: two or more people who exchange blows (product definition); KISA's certification of
intelligent CCTV (2019) has "fight" as an event of its own, without a measure. The measure and its
limits are our own. Two boxes on one body are no pair, and joints behind a vehicle are not seen.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patrol.incident import AnomalyKind
from perception.detectors.base import PoseDetector, Skeleton
from perception.followed import Followed
from perception.looks import UPRIGHT, Box, skeleton_in, square_around
from perception.rules.base import Finding, Scene
from perception.rules.fight_limbs import Limbs, limb_speed, limbs_of, same_body
from perception.rules.fight_pairs import Body, Pair, Scuffle, pairs_within

RULE_VERSION = "fight/3"
_MOST_DOUBT_M = 1.0  # of where a pair is
_ROUNDING_M = 1e-6
_EDGE_PX = 2.0  # of the picture
_WHOLE_FROM_M = 2.0  # nearer nobody's feet are in it, whatever the box says in the dark
_RUNS = 0.9  # of `walks_mps`: who runs to and fro turns, and is slower on the whole
_BLOWS = 0.6  # of `hold_s`, from the first to the last: limbs of who passes swing for a second
_STROLLS = 0.5  # of `walks_mps`: as fast goes who walks past, and for long nobody who fights


@dataclass(frozen=True, slots=True)
class FightConfig:
    """The rule's limits."""

    near_m: float = 1.7  # between the two
    window_s: float = 5.0
    hold_s: float = 3.0  # they have been there so long: the blows of a shorter time are a game
    struck_mps: float = 0.40  # body heights per second
    sure_share: float = 0.55
    calm_share: float = 0.2  # fewer: it is over
    min_looks: int = 6
    each_side: int = 2
    spot_m: float = 2.5  # and the place's standard deviation
    walks_mps: float = 1.2  # a pair that is surely faster together does not fight now
    join_m: float = 2.0
    same_event_m: float = 6.0
    clear_s: float = 8.0
    remember_s: float = 60.0
    gap_s: float = 0.65  # between two pictures whose skeletons are compared
    pairs_per_picture: int = 1  # two skeletons each
    max_range_m: float = 15.0
    bodies_m: float = 0.45  # nearer, two boxes may be on one body
    min_side_px: float = 48.0

    def __post_init__(self) -> None:
        for name, most in (
            ("near_m", 3.0),
            ("window_s", 30.0),
            ("spot_m", 10.0),
            ("gap_s", 1.0),
            ("walks_mps", 5.0),
        ):
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if not 0 < self.hold_s <= self.window_s:
            raise ValueError(f"hold_s: {self.hold_s} must be in (0, window_s]")
        if not 0 < self.calm_share < self.sure_share <= 1:
            raise ValueError(f"sure_share: {self.sure_share} must be in (calm_share, 1]")
        if not 1 <= self.each_side <= self.min_looks:
            raise ValueError(f"each_side: {self.each_side} must be 1 to min_looks")
        if not 0 <= self.pairs_per_picture <= 4:
            raise ValueError(f"pairs_per_picture: {self.pairs_per_picture} must be 0 to 4")


class FightRule:
    """The rule with its memory of pairs and of how their limbs moved."""

    kind = AnomalyKind.FIGHT

    def __init__(self, config: FightConfig, pose: PoseDetector | None) -> None:
        self._config, self._pose = config, pose
        self._keys = itertools.count(1)
        self._scuffles: list[Scuffle] = []
        self._limbs: dict[int, tuple[float, Limbs]] = {}  # track → its last skeleton

    def step(self, scene: Scene) -> list[Finding]:
        """Who fights."""
        if self._pose is None:
            return []
        live = {track.track_id for track in scene.tracks}
        self._limbs = {key: one for key, one in self._limbs.items() if key in live}
        seen = self._match(self._pairs(scene.pictured), scene.stamp_s)
        order = sorted(seen, key=lambda one: -one[0].promise(self._config.struck_mps))
        on_the_spot = [one for one in order if self._is_on_the_spot(one[1])]
        for scuffle, pair in on_the_spot[: self._config.pairs_per_picture]:
            self._look(scuffle, pair, scene)
        self._forget(scene.stamp_s)
        return [
            finding
            for scuffle, pair in seen
            if (finding := self._judge(scuffle, pair, scene)) is not None
        ]

    def _is_on_the_spot(self, pair: Pair) -> bool:
        """Not of two who go somewhere together, nor who pass one another."""
        walks_mps = self._config.walks_mps
        return pair.together_mps <= walks_mps and pair.slower_mps <= _STROLLS * walks_mps

    def _pairs(self, people: Sequence[Followed]) -> list[Pair]:
        """Two who may be within reach: in the picture they are, and the map does not deny it."""
        config = self._config
        near = [
            Body.of(person)
            for person in people
            if person.track.observation.point.range_m <= config.max_range_m
        ]
        return pairs_within(near, config.near_m)

    def _match(self, pairs: Sequence[Pair], stamp_s: float) -> list[tuple[Scuffle, Pair]]:
        """Each place with one of its pairs: of several, the one that moves most."""
        found: dict[int, tuple[Scuffle, Pair]] = {}
        known, ordered = list(self._scuffles), sorted(pairs, key=lambda one: -one.box_change)
        for pair, near in zip(ordered, self._near(ordered), strict=True):
            new = self._scuffles[len(known) :]
            scuffle = self._at(pair, [*(known[index] for index in near), *new])
            if scuffle is None:
                scuffle = Scuffle(next(self._keys), pair.place, stamp_s)
                self._scuffles.append(scuffle)
            if scuffle.key not in found:
                found[scuffle.key] = scuffle, pair
        for scuffle, pair in found.values():
            scuffle.move(pair, stamp_s, self._config.window_s)
        return list(found.values())

    def _near(self, pairs: Sequence[Pair]) -> list[list[int]]:
        """Of each pair, which of the known places may be its."""
        here = np.reshape([pair.place for pair in pairs], (-1, 1, 2))
        apart = here - np.reshape([one.place for one in self._scuffles], (1, -1, 2))
        far_m = self._config.join_m + _MOST_DOUBT_M + _ROUNDING_M
        near: list[list[int]] = [[] for _ in pairs]
        for index, known in np.argwhere(np.hypot(apart[..., 0], apart[..., 1]) <= far_m).tolist():
            near[index].append(known)
        return near

    def _at(self, pair: Pair, near: Sequence[Scuffle]) -> Scuffle | None:
        """The nearest of some places that is within reach."""
        reach = self._config.join_m + min(pair.sigma_m, _MOST_DOUBT_M)
        place, apart_m, nearest = pair.place, math.inf, None
        for one in near:
            away_m = math.dist(one.place, place)
            if away_m < apart_m:
                apart_m, nearest = away_m, one
        return nearest if apart_m <= reach else None

    def _look(self, scuffle: Scuffle, pair: Pair, scene: Scene) -> None:
        assert self._pose is not None
        shape = (scene.image_bgr.shape[0], scene.image_bgr.shape[1])
        found: list[tuple[int, int, Skeleton, Limbs]] = []
        for side, body in enumerate((pair.left, pair.right)):
            box, key = body.box_xyxy, body.person.track.track_id
            is_cut = box[1] <= _EDGE_PX or box[3] >= shape[0] - _EDGE_PX
            if is_cut or body.person.track.observation.point.range_m < _WHOLE_FROM_M:
                continue  # it is not known how tall the body is that limbs are measured by
            region = square_around(box, 1.2, self._config.min_side_px, shape)
            skeleton = skeleton_in(scene.image_bgr, region, UPRIGHT, self._pose, box)
            before = [car for car in _boxes(scene.vehicles) if car[3] >= box[3]]
            limbs = None if skeleton is None else limbs_of(skeleton, box, before)
            if skeleton is not None and limbs is not None:
                found.append((side, key, skeleton, limbs))
        tallest_px = max(pair.left.height_px, pair.right.height_px)
        is_one = len(found) == 2 and same_body(found[0][2], found[1][2], tallest_px)
        if is_one and pair.apart_m < self._config.bodies_m:
            return  # who fights covers the other now and then, but is not where the other is
        for side, key, _, limbs in found:
            last = self._limbs.get(key)
            self._limbs[key] = scene.stamp_s, limbs
            if last is None or not 0 < scene.stamp_s - last[0] <= self._config.gap_s:
                continue
            speed = limb_speed(last[1], limbs, scene.stamp_s - last[0])
            if speed is not None:
                scuffle.looks.append((scene.stamp_s, side, speed))

    def _judge(self, scuffle: Scuffle, pair: Pair, scene: Scene) -> Finding | None:
        config = self._config
        share, sides, count = scuffle.struck(config.struck_mps)
        enough = count >= config.min_looks and min(sides) >= config.each_side
        if enough and share >= config.sure_share:
            factor = scene.map.sensitivity_at(*scuffle.place, scene.stamp_s)
            spot_m = config.spot_m + min(pair.sigma_m, _MOST_DOUBT_M)
            runs_mps, strolls_mps = _RUNS * config.walks_mps, _STROLLS * config.walks_mps
            lasts = scuffle.there_s >= config.hold_s / factor
            lasts &= scuffle.lasted_s(config.struck_mps) >= _BLOWS * config.hold_s
            if lasts and (scuffle.raised or scuffle.stays(spot_m, runs_mps, strolls_mps)):
                self._raise(scuffle, scene.stamp_s)
        if not scuffle.raised:
            return None
        if share > config.calm_share:
            scuffle.struck_s = scene.stamp_s
        over = scene.stamp_s - scuffle.struck_s >= config.clear_s and count >= config.min_looks
        if over:
            self._scuffles = [one for one in self._scuffles if one is not scuffle]
        return Finding(
            self.kind, scuffle.key, *scuffle.middle, pair.sigma_m, scuffle.began_s, share,
            pair.box_xyxy, RULE_VERSION, {"struck_share": round(share, 2)}, over,
            position_covariance_m2=pair.position_covariance_m2,
        )  # fmt: skip

    def _raise(self, scuffle: Scuffle, stamp_s: float) -> None:
        """One event for all who fight together: it goes on under the key of the first."""
        scuffle.struck_s = stamp_s
        if scuffle.raised:
            return
        scuffle.raised = True
        for one in self._scuffles:
            apart_m = math.dist(one.middle, scuffle.middle) if one.raised else math.inf
            if one is not scuffle and apart_m <= self._config.same_event_m:
                scuffle.key, scuffle.began_s = one.key, one.began_s
                one.raised = False
                one.looks.clear()
                return

    def _forget(self, stamp_s: float) -> None:
        config = self._config
        for scuffle in self._scuffles:
            scuffle.drop_before(stamp_s - config.window_s)
        self._scuffles = [
            one
            for one in self._scuffles
            if stamp_s - one.seen_s <= (config.remember_s if one.raised else config.window_s)
        ]


def _boxes(vehicles: Sequence[Followed]) -> list[Box]:
    return [vehicle.track.observation.box_xyxy for vehicle in vehicles]
