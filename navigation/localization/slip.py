"""Do the wheels tell the vehicle's speed? The accelerometer knows when they slip, spin or stand.

A speed is carried on by the forward acceleration and pulled to the wheels' (a complementary
filter, that also learns the acceleration's bias: Mahony, Hamel, Pflimlin, Nonlinear Complementary
Filters on the Special Orthogonal Group, 2008, sec. III, in one dimension). Wheels that gain or
lose speed without an acceleration leave it behind: they spin on leaves, or somebody carries the
vehicle while they stand. It tells changes only, and those faster than FELT_S: a vehicle that is
drawn off at less than OFF_MPS / FELT_S = 0.08 m/s² is not felt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from navigation.types import ImuSample
from patrol.vehicle import GRAVITY_MPS2

FELT_S = 3.0  # wheels are believed over the accelerometer after this
BIAS_S = 20.0  # tilt's error and the accelerometer's: learnt so slowly
# Four times the most that kerbs, slopes and braking leave between honest wheels and an attitude
# filter that is off by 0.003 rad (0.06 m/s over 40 minutes of simulated driving).
OFF_MPS = 0.25
DOUBTED_MPS = 0.10  # from here on the way is doubted: that costs little where it is wrong
BELIEVED_S = 10.0  # longer than that, an accelerometer's own error is a walking pace
MAX_STEP_S = 0.1  # five of the IMU's periods: a longer gap begins anew
DOUBT_M = 0.7  # a slip may be worth this; wheels that lie for longer are a loss, not a doubt
FORGOTTEN_S = 10.0


@dataclass(frozen=True, slots=True)
class Slip:
    """What the accelerometer says of the wheels; `way_m` is what they have told too much."""

    stamp_s: float = -math.inf
    inertial_mps: float | None = None  # None: no acceleration was heard
    bias_mps2: float = 0.0
    off_mps: float = 0.0  # wheels less inertia where they disagree, else 0
    since_s: float = math.inf  # when they began to
    way_m: float = 0.0
    doubt_m: float = 0.0  # of the last ten seconds, without sign

    def heard(self, sample: ImuSample, wheels_mps: float) -> Slip:
        """After the next IMU sample, with the wheels' speed of its time."""
        dt = sample.stamp_s - self.stamp_s
        if self.inertial_mps is None and sample.ax_mps2 == 0.0:
            return self  # an IMU that tells no acceleration
        if self.inertial_mps is None or not 0.0 < dt <= MAX_STEP_S:
            return self._anew(sample.stamp_s, wheels_mps)
        # Nose down, gravity pulls the proof mass forward: the reading is that much too small.
        forward = sample.ax_mps2 + GRAVITY_MPS2 * math.sin(sample.pitch_rad)
        inertial_mps = self.inertial_mps + (forward - self.bias_mps2) * dt
        off_mps = wheels_mps - inertial_mps
        if abs(off_mps) < OFF_MPS:
            return replace(
                self,
                stamp_s=sample.stamp_s,
                inertial_mps=inertial_mps + off_mps * dt / FELT_S,
                bias_mps2=self.bias_mps2 - off_mps * dt / (FELT_S * BIAS_S),
                off_mps=0.0,
                since_s=math.inf,
                doubt_m=self._doubt_m(off_mps, dt),
            )
        since_s = min(self.since_s, sample.stamp_s)
        if sample.stamp_s - since_s > BELIEVED_S:
            return self._anew(sample.stamp_s, wheels_mps)
        return Slip(
            sample.stamp_s, inertial_mps, self.bias_mps2, off_mps, since_s,
            self.way_m + off_mps * dt, self._doubt_m(off_mps, dt),
        )  # fmt: skip

    def _doubt_m(self, off_mps: float, dt: float) -> float:
        if abs(off_mps) >= DOUBTED_MPS:
            return self.doubt_m + abs(off_mps) * dt
        return self.doubt_m * math.exp(-dt / FORGOTTEN_S)

    def _anew(self, stamp_s: float, wheels_mps: float) -> Slip:
        return replace(
            self, stamp_s=stamp_s, inertial_mps=wheels_mps, off_mps=0.0, since_s=math.inf
        )

    def speed_mps(self, stamp_s: float, wheels_mps: float) -> float:
        """The accelerometer's where the wheels are in doubt, else theirs."""
        is_fresh = 0.0 <= stamp_s - self.stamp_s <= MAX_STEP_S
        if self.inertial_mps is None or not is_fresh:
            return wheels_mps
        in_doubt = abs(wheels_mps - self.inertial_mps) >= DOUBTED_MPS
        return self.inertial_mps if in_doubt else wheels_mps

    def variance_since(self, before: Slip) -> float:
        """What the way's variance has grown by, m²: a slip's parts add up, they do not cancel."""
        now_m, then_m = min(self.doubt_m, DOUBT_M), min(before.doubt_m, DOUBT_M)
        return max(0.0, now_m**2 - then_m**2)
