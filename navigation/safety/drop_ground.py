"""What a beam that looks down says of the ground ahead: it goes on, or it ends.

A planar lidar never sees a negative obstacle: there is no return where the ground is missing. So
every reading is laid beside the ground that the same beam has passed over, in a frame that is
level and carried along with the motion. A slope, also one that begins at once, falls with
the distance; a kerb that the vehicle may drive falls by no more than its height. What falls
deeper is an edge, and so is ground that gives no echo: water, a black hole, one without a floor.

Who walks by hides the ground with a leg and leaves a foot in the beam: low enough to be ground
that has risen meanwhile, and gone with the next reading. So what was seen since a thing and is
no longer than a foot is no ground, if a reading finds the line of the ground before it again.

Up a slope the ground behind an edge climbs back: deep for a moment, it soon lies no deeper than
a slope may fall. So the steepest fall at once is told by how the vehicle stands.

With tan the beam's slope and s the steepest ground's, a beam that would meet level ground `past_m`
behind a known spot meets ground that falls from there with s by past_m s / (1 - s / tan).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from patrol.geometry import Pose2
from patrol.vehicle import DropRangerSpec, VehicleSpec

NOISE_M = 0.02  # of a fall: a range off by 0.01 m and a tilt by 0.003 rad make 0.01 m each
STILL_M = 0.02  # so much less does for the next reading: behind an edge a slope climbs again
GRADE_NOISE = 0.03
CREST = 0.22  # of how much a slope changes at once: ground that climbs falls less behind it,
CREST_M = 0.3  # for so far
REACH_M = 1.0  # up to here ground that was seen tells how low the next may be
APART_M = 0.05  # of the spots that are kept
FOOT_M = 0.5  # and the ground that it hides
BEFORE_M = 0.3  # of ground must be known before a foot, in three spots, to tell where it goes on
LEAST_SHARE = 0.25  # of 1 - s / tan: a nose that points up must not make every fall lawful

Spot = tuple[float, float, float]


class Sight(Enum):
    """What a reading is of."""

    GROUND = "ground"
    THING = "thing"  # higher than ground can be: it hides what lies behind it
    LOW = "low"  # deeper than ground can be, or without an echo


@dataclass(frozen=True, slots=True)
class Stance:
    """How base_link stands: its place and height in a frame that is level, and its tilt."""

    base: Pose2
    z_m: float
    roll_rad: float
    pitch_rad: float  # nose down

    def spot(self, x_m: float, y_m: float, z_m: float) -> Spot:
        """A point of base_link in the level frame."""
        sin_roll, cos_roll = math.sin(self.roll_rad), math.cos(self.roll_rad)
        sin_pitch, cos_pitch = math.sin(self.pitch_rad), math.cos(self.pitch_rad)
        up = y_m * sin_roll + z_m * cos_roll
        left = y_m * cos_roll - z_m * sin_roll
        x, y = self.base.transform(x_m * cos_pitch + up * sin_pitch, left)
        return x, y, self.z_m + up * cos_pitch - x_m * sin_pitch


@dataclass(frozen=True, slots=True)
class _Ray:
    """A beam in the level frame: its eye, its direction on the plan, how steeply it falls."""

    eye: Spot
    ahead: tuple[float, float]
    tan_down: float
    grade: float  # the steepest that ground may fall along it at once

    def plan_at(self, z_m: float) -> tuple[float, float]:
        """Where it passes a height."""
        away_m = (self.eye[2] - z_m) / self.tan_down
        return self.eye[0] + away_m * self.ahead[0], self.eye[1] + away_m * self.ahead[1]


class GroundTrack:
    """The ground that one beam has passed over."""

    def __init__(self, ranger: DropRangerSpec, spec: VehicleSpec) -> None:
        cos = math.cos(ranger.pitch_rad)
        self._mount = (ranger.x_m, ranger.y_m, ranger.z_m)
        self._along = (
            cos * math.cos(ranger.yaw_rad),
            cos * math.sin(ranger.yaw_rad),
            -math.sin(ranger.pitch_rad),
        )
        self._foot = ranger.foot_m
        self._kerb_m, self._grade = spec.max_kerb_m, spec.max_grade + GRADE_NOISE
        axle_x_m = min(max(self._foot[0], 0.0), spec.wheelbase_m)
        self._axle = (axle_x_m, 0.0, 0.0)  # the nearest place where the vehicle stands
        away_m = math.hypot(self._foot[0] - axle_x_m, self._foot[1])
        self._first_m = self._kerb_m + NOISE_M + self._grade * away_m
        self._spots: list[Spot] = []
        self._since = 0  # how many of them were kept since a thing was seen
        self._is_sure = False  # some of it lay in the plane that the wheels stand on
        self.gap_m = math.inf  # on the plan, from the ground before to the last ground seen
        self._ray = _Ray((0.0, 0.0, 1.0), (1.0, 0.0), 1.0, 0.0)
        self._still_m = 0.0  # STILL_M after ground that was low

    def look(self, range_m: float, stance: Stance) -> Sight:
        """Take in a reading."""
        self._ray = self._cast(stance)
        if math.isinf(range_m):
            self._still_m = 0.0
            return Sight.LOW
        sight = self._judge(range_m, stance)
        self._still_m = STILL_M if sight is Sight.LOW else 0.0
        return sight

    def _judge(self, range_m: float, stance: Stance) -> Sight:
        body = self._point(range_m)
        spot = stance.spot(*body)
        near = [(known, past_m) for known, past_m in self._passed() if past_m <= REACH_M]
        if not near:
            return self._begin(body, spot, stance)
        deep_m = max(known[2] - spot[2] - self._fall_m(past_m) for known, past_m in near)
        if deep_m > -self._still_m:
            if self._is_foot(spot):
                self._spots, self._since = self._spots[: -self._since], 0
            elif self._is_sure or body[2] < -self._kerb_m - NOISE_M:
                return Sight.LOW
            else:
                self._spots = []  # what it began with was a thing that goes, not ground
        elif any(spot[2] - known[2] > self._rise_m(past_m) for known, past_m in near):
            self._since = 0
            return Sight.THING
        self._keep(body, spot)
        return Sight.GROUND

    def edge(self, stance: Stance, bumper_m: float) -> list[tuple[float, float]]:
        """Where ground ended for the last reading, on the plan.

        From the last ground seen to the beam; from the bumper (x in base_link), where none was
        seen: then nobody knows where it ends.
        """
        known = self._spots[-1] if self._spots else None
        if known is not None:
            beyond = self._ray.plan_at(known[2])
            if math.dist(beyond, known[:2]) <= REACH_M:
                return [known[:2], beyond]
        (x_m, y_m), count = self._foot, max(2, math.ceil(abs(self._foot[0] - bumper_m) / 0.2) + 1)
        shares = [i / (count - 1) for i in range(count)]
        return [stance.spot(bumper_m + s * (x_m - bumper_m), y_m, 0.0)[:2] for s in shares]

    def clear(self) -> None:
        """Forget the ground: what lies where is not known any more."""
        self._spots, self._is_sure, self._since = [], False, 0

    def _cast(self, stance: Stance) -> _Ray:
        eye, ahead = stance.spot(*self._mount), stance.spot(*self._point(1.0))
        dx, dy = ahead[0] - eye[0], ahead[1] - eye[1]
        level_m = max(math.hypot(dx, dy), 1e-6)
        down = max(eye[2] - ahead[2], 1e-6)  # never up: the tilt stops the vehicle before
        stands_m = stance.spot(*self._along[:2], 0.0)[2] - stance.z_m
        grade = min(self._grade, CREST + GRADE_NOISE - stands_m / math.hypot(*self._along[:2]))
        return _Ray(eye, (dx / level_m, dy / level_m), down / level_m, grade)

    def _point(self, range_m: float) -> Spot:
        """Of base_link."""
        x, y, z = (m + range_m * a for m, a in zip(self._mount, self._along, strict=True))
        return x, y, z

    def _passed(self) -> list[tuple[Spot, float]]:
        """Known ground, and how far behind it the beam passes its height."""
        ray = self._ray
        return [(known, math.dist(known[:2], ray.plan_at(known[2]))) for known in self._spots]

    def _is_foot(self, spot: Spot) -> bool:
        """Whether what was seen since a thing stood on ground that goes on in this spot."""
        foot, before = self._spots[-self._since :], self._spots[: -self._since]
        if len(before) < 3 or math.dist(foot[0][:2], spot[:2]) > FOOT_M:
            return False
        x, y, z = np.array((*before, spot)).T
        x, y = x - x[0], y - y[0]
        long_m = math.hypot(x[-2], y[-2])
        if long_m < BEFORE_M:
            return False
        along_m = (x * x[-2] + y * y[-2]) / long_m
        grade, level_m = np.polyfit(along_m[:-1], z[:-1], 1)
        return bool(z[-1] >= level_m + grade * along_m[-1] - self._kerb_m - NOISE_M)

    def _fall_m(self, past_m: float) -> float:
        grade = self._ray.grade
        share = max(1.0 - grade / self._ray.tan_down, LEAST_SHARE)
        falls_m = grade * past_m + (self._grade - grade) * max(past_m - CREST_M, 0.0)
        return (self._kerb_m + falls_m) / share + NOISE_M

    def _rise_m(self, past_m: float) -> float:
        return self._kerb_m + self._grade * past_m + NOISE_M

    def _begin(self, body: Spot, spot: Spot, stance: Stance) -> Sight:
        """A reading beside which no ground is known but that under the wheels."""
        self.clear()
        down_m = stance.spot(*self._axle)[2] - spot[2]
        if down_m > self._first_m:
            return Sight.LOW
        if -down_m > self._first_m:
            return Sight.THING
        self._keep(body, spot)
        return Sight.GROUND

    def _keep(self, body: Spot, spot: Spot) -> None:
        is_level = abs(body[2]) <= self._kerb_m + NOISE_M
        if is_level and not self._is_sure:  # what is higher may have been a thing
            self._spots, self._is_sure = [], True
        self.gap_m = math.dist(self._spots[-1][:2], spot[:2]) if self._spots else math.inf
        if self.gap_m >= APART_M:
            near = [known for known in self._spots if math.dist(known[:2], spot[:2]) <= REACH_M]
            self._spots, self._since = [*near, spot], self._since + 1
