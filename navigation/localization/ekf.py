"""Extended Kalman filter over (x, y, yaw, speed, gyro bias, odometry scale error, GNSS error).

Prediction and update: Thrun, Burgard, Fox, Probabilistic Robotics (2005), table 3.3; covariance
update in Joseph form (Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and
Navigation (2001), eq. 5.2.3-18); measurements outside a Mahalanobis gate are refused (ibid.,
sec. 5.4). The gyro drives the yaw; the wheels' speed is a random walk that odometry observes, and
true speed is that over (1 + scale error). So only positions tell the scale, and odometry's noise
cannot make it up, as it would in a measurement that multiplies the two.

A receiver's error wanders instead of being drawn anew with each fix, so it is part of the state (a
first-order Gauss-Markov shaping filter, Brown and Hwang, Introduction to Random Signals and
Applied Kalman Filtering, 4th ed., sec. 5.5): east and north, in units of the sigma that the
receiver states. Without it a minute of fixes that are all off to one side looks like certainty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.localization.slip import Slip
from navigation.types import GnssFixType
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

X, Y, YAW, SPEED, BIAS, SCALE, GNSS_EAST, GNSS_NORTH = range(8)
WALLS_EAST, WALLS_NORTH, WALLS_YAW = range(8, 11)
SIZE = 11
IDENTITY = np.eye(SIZE)
ERRORS = slice(GNSS_EAST, SIZE)  # states that fade, in units of their sigmas
ERRORS_ON_DIAGONAL = slice(GNSS_EAST * (SIZE + 1), None, SIZE + 1)
STILL_RADPS = 0.02  # a vehicle whose wheels stand and whose gyro reads less does not turn
SLIPS_FROM_MPS = 0.2  # wheel slip grows with speed up to here; a standing vehicle has none
START_SPEED_SIGMA_MPS = 0.1  # five sigmas of the wheels' speed: the first report says little
START_BIAS_SIGMA_RADPS = 0.01  # 0.6 degrees/s: a gyro that has just been switched on
START_SCALE_SIGMA = 0.02  # the wheels' radius by wear, load, and pressure
START_ERROR_SIGMA = 1.0  # the errors' unit: what the receiver states, what outlines are off by


@dataclass(frozen=True, slots=True)
class ProcessNoise:
    """Spectral densities: how fast each state may wander."""

    position_m_per_rts: float = 0.01  # wheel slip and uneven ground
    yaw_rad_per_rts: float = 0.001  # gyro noise at 50 Hz, its scale, and the slip angle
    yaw_without_gyro_rad_per_rts: float = 0.05  # steering alone: 3 degrees off after a second
    speed_mps_per_rts: float = 0.5  # in a second it starts or brakes by about as much
    bias_radps_per_rts: float = 5e-5  # 0.003 rad/s in an hour, as a gyro warms
    scale_per_rts: float = 1e-4  # 0.6 % in an hour, as tyres warm and loads change
    gnss_time_s: float = 60.0  # after which, or
    gnss_length_m: float = 10.0  # so much further on, the GNSS error is another
    walls_length_m: float = 10.0  # so much further on, other houses are looked at
    # By each rad/s that gyro and steering disagree by, beyond the slack of tyres and wheelbase:
    doubt_slack_radps: float = 0.03  # of 0.8 rad/s, the fastest turn that the gate lets pass
    yaw_rad_per_rts_of_doubt: float = 0.12  # 7 degrees in a second: then fixes decide
    bias_radps_per_rts_of_doubt: float = 0.03  # it may be the gyro that has another bias now
    position_m_per_rts_of_doubt: float = 0.5  # it may be the wheels that lie


MEASURED_S = 0.5  # a longer time without any sample is not known
UNHEARD_TURN_RADPS, MOST_TURNED_RAD = 0.2, 0.35  # a bend of 7 m at full speed; 20 degrees


@dataclass(frozen=True, slots=True)
class Measurement:
    """A linearised measurement: residual (m,), Jacobian (m, 11), covariance (m, m)."""

    residual: Vector
    jacobian: Matrix
    covariance: Matrix
    gate: float = math.inf  # largest accepted squared Mahalanobis distance
    considered: tuple[int, ...] = ()  # states that it leaves alone (Schmidt's consider states)


NO_SLIP = Slip()


@dataclass(slots=True)
class Belief:
    """Mean (11,) and covariance (11, 11) at a time, and the yaw rate that leads on from it."""

    stamp_s: float
    mean: Vector
    covariance: Matrix
    yaw_rate_radps: float = 0.0
    gyro_stamp_s: float = -math.inf
    steering_radps: float = 0.0  # the yaw rate that wheels and steering give
    pitch_rad: float = 0.0
    roll_rad: float = 0.0
    standing: bool = False
    fix: GnssFixType | None = None  # of the last fix
    slip: Slip = NO_SLIP
    last_nis: float = 0.0  # normalised innovation squared of the last update

    @property
    def pose(self) -> Pose2:
        """The mean's."""
        return Pose2(*(float(self.mean[i]) for i in (X, Y, YAW)))

    @property
    def position_sigma_m(self) -> float:
        """The larger semi-axis of the position's 1-sigma ellipse: of an eigenvalue in 2 x 2."""
        (east, across), (_, north) = self.covariance[:2, :2].tolist()
        largest = (east + north) / 2 + math.hypot((east - north) / 2, across)
        return math.sqrt(max(0.0, largest))

    def copy(self) -> Belief:
        """An independent copy."""
        return Belief(
            self.stamp_s,
            self.mean.copy(),
            self.covariance.copy(),
            self.yaw_rate_radps,
            self.gyro_stamp_s,
            self.steering_radps,
            self.pitch_rad,
            self.roll_rad,
            self.standing,
            self.fix,
            self.slip,
            self.last_nis,
        )


def first_belief(
    stamp_s: float, pose: Pose2, speed_mps: float, sigma_m: float, sigma_rad: float
) -> Belief:
    """What is believed at the start of a pose (sigmas of position and heading) and the wheels."""
    mean = np.zeros(SIZE)
    mean[[X, Y, YAW, SPEED]] = pose.x_m, pose.y_m, pose.yaw_rad, speed_mps
    sigmas = np.full(SIZE, START_ERROR_SIGMA)
    sigmas[[X, Y, YAW]] = sigma_m, sigma_m, sigma_rad
    sigmas[[SPEED, BIAS, SCALE]] = (
        START_SPEED_SIGMA_MPS, START_BIAS_SIGMA_RADPS, START_SCALE_SIGMA,
    )  # fmt: skip
    return Belief(stamp_s, mean, np.diag(np.square(sigmas)))


def predict(belief: Belief, stamp_s: float, noise: ProcessNoise, has_gyro: bool) -> None:
    """Move the belief forward to `stamp_s` with its yaw rate; no-op for a time in the past.

    Of a time in which nothing was heard only MEASURED_S are driven on: the vehicle may have
    stood, or its clock was set forward. What it may have driven then is doubt.

    Second-order (midpoint) integration of the unicycle; `yaw_rate_radps` is the gyro's reading,
    from which the bias is taken, or (without a gyro) the rate from steering.
    """
    silent_s = stamp_s - belief.stamp_s
    if silent_s <= 0:
        return
    dt = min(silent_s, MEASURED_S)
    mean = belief.mean
    yaw_rad, wheels_mps, bias, scale = mean[YAW : SCALE + 1].tolist()
    speed_mps = wheels_mps / (1.0 + scale)
    rate = belief.yaw_rate_radps - (bias if has_gyro else 0.0)
    still = belief.standing and abs(rate) < STILL_RADPS
    if still:
        rate = 0.0
    middle = yaw_rad + 0.5 * rate * dt
    cos, sin = math.cos(middle), math.sin(middle)
    step = speed_mps * dt
    transition = IDENTITY.copy()
    transition[X, YAW], transition[Y, YAW] = -step * sin, step * cos
    share, stretch = dt / (1.0 + scale), -step / (1.0 + scale)
    transition[X, SPEED], transition[Y, SPEED] = share * cos, share * sin
    transition[X, SCALE], transition[Y, SCALE] = stretch * cos, stretch * sin
    if has_gyro and not still:
        transition[YAW, BIAS] = -dt
        transition[X, BIAS], transition[Y, BIAS] = 0.5 * dt * step * sin, -0.5 * dt * step * cos
    mean[X] += step * cos
    mean[Y] += step * sin
    mean[YAW] = wrap_angle(yaw_rad + rate * dt)
    keeps = _kept(noise, dt, abs(step))
    transition.reshape(-1)[ERRORS_ON_DIAGONAL] = keeps
    mean[ERRORS] *= keeps
    belief.covariance = transition @ belief.covariance @ transition.T
    moving = min(1.0, abs(speed_mps) / SLIPS_FROM_MPS)
    yaw = noise.yaw_rad_per_rts if has_gyro else noise.yaw_without_gyro_rad_per_rts * moving
    doubt = max(0.0, abs(rate - belief.steering_radps) - noise.doubt_slack_radps)
    turns = 0.0 if still else math.hypot(yaw, noise.yaw_rad_per_rts_of_doubt * doubt)
    bends = math.hypot(noise.bias_radps_per_rts, noise.bias_radps_per_rts_of_doubt * doubt)
    slips = math.hypot(noise.position_m_per_rts, noise.position_m_per_rts_of_doubt * doubt)
    variances = _wandered(noise, moving * slips, turns, bends, dt)
    diagonal = belief.covariance.reshape(-1)[:: SIZE + 1]
    diagonal[:GNSS_EAST] += variances
    diagonal[ERRORS] += 1.0 - keeps * keeps
    if silent_s > MEASURED_S and not still:
        _doubt(belief, speed_mps, silent_s - MEASURED_S)
    belief.stamp_s = stamp_s


def _kept(noise: ProcessNoise, dt: float, way_m: float) -> Vector:
    """What is left of the errors of receiver and outlines, (5,)."""
    gnss = math.exp(-dt / noise.gnss_time_s - way_m / noise.gnss_length_m)
    walls = math.exp(-way_m / noise.walls_length_m)
    return np.array((gnss, gnss, walls, walls, walls))


def doubt_way(belief: Belief, variance_m2: float) -> None:
    """The wheels may have told a way that was not driven, along the heading."""
    yaw_rad = float(belief.mean[YAW])
    along = np.array((math.cos(yaw_rad), math.sin(yaw_rad)))
    belief.covariance[:2, :2] += variance_m2 * np.outer(along, along)


def _doubt(belief: Belief, speed_mps: float, unheard_s: float) -> None:
    """The vehicle may have driven on, and turned, for a time in which nothing was heard."""
    yaw_rad, driven_m = float(belief.mean[YAW]), speed_mps * unheard_s
    turned_rad = min(UNHEARD_TURN_RADPS * unheard_s, MOST_TURNED_RAD)
    along = np.array((math.cos(yaw_rad), math.sin(yaw_rad)))
    across = np.array((-along[1], along[0])) * turned_rad
    belief.covariance[:2, :2] += driven_m**2 * (np.outer(along, along) + np.outer(across, across))
    belief.covariance[YAW, YAW] += turned_rad**2


def _wandered(
    noise: ProcessNoise, position: float, yaw: float, bias: float, dt: float
) -> tuple[float, ...]:
    """What a time adds to the variances of all states but the GNSS error's."""
    densities = (
        position,
        position,
        yaw,
        noise.speed_mps_per_rts,
        bias,
        noise.scale_per_rts,
    )
    return tuple(density * density * dt for density in densities)


def squared_distance(belief: Belief, measurement: Measurement) -> float:
    """Mahalanobis, of a measurement from what is believed."""
    jacobian, residual = measurement.jacobian, measurement.residual
    innovation = jacobian @ belief.covariance @ jacobian.T + measurement.covariance
    return float(residual @ np.linalg.solve(innovation, residual))


def update(belief: Belief, measurement: Measurement) -> bool:
    """Take a measurement in; False, with the belief untouched, when it fails the gate.

    The normalised innovation squared is left in `belief.last_nis`.
    """
    jacobian, residual = measurement.jacobian, measurement.residual
    seen = jacobian @ belief.covariance
    innovation = seen @ jacobian.T + measurement.covariance
    if len(residual) > 1:
        weighted = np.linalg.solve(innovation, residual)
        gain = np.linalg.solve(innovation, seen).T
    else:
        weighted, gain = residual / innovation[0], (seen / innovation).T
    belief.last_nis = float(residual @ weighted)
    if not belief.last_nis <= measurement.gate:
        return False
    if measurement.considered:
        gain[list(measurement.considered)] = 0.0
    belief.mean = belief.mean + gain @ residual
    belief.mean[YAW] = wrap_angle(float(belief.mean[YAW]))
    left = IDENTITY - gain @ jacobian
    covariance = left @ belief.covariance @ left.T + gain @ measurement.covariance @ gain.T
    belief.covariance = 0.5 * (covariance + covariance.T)
    return True
