"""The values that enter and leave navigation: sensor samples, commands, estimates, states.

Metres, seconds, radians; times are seconds on the vehicle's one clock (`/clock` in simulation).
Yaw rate and steering are positive to the left (REP-103).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

from patrol.faults import FaultKind, Response
from patrol.geodesy import GeoPoint
from patrol.geometry import Scan, StampedPose
from patrol.signals import SignalState
from patrol.vda5050.messages import ActionState, EdgeState, NodeState


@dataclass(frozen=True, slots=True)
class WheelOdometry:
    """What the wheels report: speed of base_link (negative in reverse) and steering angle."""

    stamp_s: float
    speed_mps: float
    steering_rad: float


@dataclass(frozen=True, slots=True)
class ImuSample:
    """Angular rate about z, specific force along x and y, and the attitude filter's tilt."""

    stamp_s: float
    yaw_rate_radps: float
    ax_mps2: float = 0.0
    ay_mps2: float = 0.0
    roll_rad: float = 0.0
    pitch_rad: float = 0.0


class GnssFixType(IntEnum):
    """How the receiver got its position, weakest first."""

    NONE = 0
    SINGLE = 1
    DGPS = 2
    RTK_FLOAT = 3
    RTK_FIXED = 4


@dataclass(frozen=True, slots=True)
class GnssFix:
    """The antenna's position; `sigma_m` is the horizontal standard deviation of one axis."""

    stamp_s: float
    position: GeoPoint
    sigma_m: float
    fix: GnssFixType


@dataclass(frozen=True, slots=True)
class BodyMotion:
    """What the IMU feels of the chassis, without gravity; forward and left are level."""

    stamp_s: float
    rate_radps: float  # size of the angular rate, about whatever axis
    forward_mps2: float
    left_mps2: float
    up_mps2: float

    @property
    def is_finite(self) -> bool:
        """Whether all of it are numbers."""
        values = (self.rate_radps, self.forward_mps2, self.left_mps2, self.up_mps2)
        return math.isfinite(self.stamp_s) and all(map(math.isfinite, values))


@dataclass(frozen=True, slots=True)
class BaseStatus:
    """The base driver's report; `motion` is None where there is no IMU."""

    stamp_s: float
    speed_mps: float
    steering_rad: float
    battery_pct: float = 100.0
    charging: bool = False
    emergency_stop: bool = False
    roll_rad: float = 0.0
    pitch_rad: float = 0.0
    bumped: bool = False  # a safety edge is pressed, or its wire is broken
    motion: BodyMotion | None = None

    def shifted(self, by_s: float) -> BaseStatus:
        """The same on another clock, which reads `by_s` more."""
        motion = self.motion and replace(self.motion, stamp_s=self.motion.stamp_s + by_s)
        return replace(self, stamp_s=self.stamp_s + by_s, motion=motion)


@dataclass(frozen=True, slots=True)
class Command:
    """A velocity command for base_link, as `/cmd_vel` carries it."""

    speed_mps: float
    yaw_rate_radps: float

    @property
    def curvature_1pm(self) -> float:
        """Signed curvature of the commanded path (1/m); 0 when standing."""
        return self.yaw_rate_radps / self.speed_mps if self.speed_mps else 0.0

    @property
    def is_finite(self) -> bool:
        """Whether both values are numbers."""
        return math.isfinite(self.speed_mps) and math.isfinite(self.yaw_rate_radps)


STANDSTILL = Command(0.0, 0.0)


def steering_for(command: Command, wheelbase_m: float) -> float | None:
    """Front-wheel angle (rad) of a command on a bicycle model; None (keep the wheels) at rest.

    steering = atan(wheelbase * curvature) (Rajamani, Vehicle Dynamics and Control, eq. 2.4).
    """
    if command.speed_mps == 0.0:
        return None
    return math.atan(wheelbase_m * command.curvature_1pm)


class LocalizationStatus(StrEnum):
    """How far the position can be trusted."""

    INITIALIZING = "initializing"
    OK = "ok"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class LocalizationEstimate:
    """Where the vehicle is; `stamped` is None until a position and a heading are known."""

    stamped: StampedPose | None
    status: LocalizationStatus
    faults: frozenset[FaultKind] = frozenset()
    position_sigma_m: float = math.inf  # larger semi-axis of the 1-sigma ellipse


@dataclass(frozen=True, slots=True)
class RangeSample:
    """What an ultrasonic ranger measured (m), by its name in the vehicle file.

    REP-117: `inf` without an echo, `-inf` where a thing is too near to be measured, NaN for an
    error.
    """

    stamp_s: float
    name: str
    range_m: float


@dataclass(frozen=True, slots=True)
class GateInputs:
    """The newest of everything that the safety gate reads; None where nothing came yet.

    `ranges` holds at most one sample a ranger, none where a ranger said nothing yet.
    """

    command: Command | None
    command_stamp_s: float | None
    scan: Scan | None
    base: BaseStatus | None
    ranges: tuple[RangeSample, ...] = ()
    pose: StampedPose | None = None  # of localization; the fence alone reads it


@dataclass(frozen=True, slots=True)
class GateOutput:
    """What goes to the wheels, and why."""

    command: Command
    faults: frozenset[FaultKind]
    latched: bool
    speed_limit_mps: float  # what the surroundings allow now
    nearest_obstacle_m: float  # along the swept path from the bumper; inf where it is clear
    cut_power: bool = False  # the wheels do not obey: motors' power off, spring brakes closed


@dataclass(frozen=True, slots=True)
class Announcement:
    """Words to be said aloud, once for each id."""

    announcement_id: str
    text: str


@dataclass(frozen=True, slots=True)
class AttentionOrder:
    """What the base is to show and to say."""

    beacon: bool = False
    siren: bool = False
    announcement: Announcement | None = None


class SpeechStatus(StrEnum):
    """How the last announcement stands."""

    NONE = "none"  # nothing was to be said yet
    SPEAKING = "speaking"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AttentionReport:
    """What the base shows and says."""

    stamp_s: float
    beacon: bool = False
    siren: bool = False
    announcement_id: str = ""  # the last that it began
    speech: SpeechStatus = SpeechStatus.NONE
    reason: str = ""  # why it failed


@dataclass(frozen=True, slots=True)
class CaptureReport:
    """The last picture of a place that perception was asked for."""

    capture_id: str
    failure: str = ""  # why there is none; empty: it is taken


class Mode(StrEnum):
    """What the executive is doing."""

    IDLE = "idle"  # no order yet, or it was cancelled
    DRIVING = "driving"
    DWELLING = "dwelling"  # an action runs on a node
    PAUSED = "paused"  # startPause
    WAITING = "waiting"  # at the end of the base, or for a fault at a waiting place
    STOPPED = "stopped"  # a fault stops the vehicle
    CHARGING = "charging"
    FINISHED = "finished"  # every node of the order was driven over


class Docked(StrEnum):
    """Whether the vehicle stands on a dock's charger, which has to give current."""

    NO = ""  # not on one, or not done with docking
    YES = "docked"
    FAILED = "failed"  # it waits for a person


@dataclass(frozen=True, slots=True)
class AsLeft:
    """What was done of an order when its navigation ended, for the one that resumes it."""

    actions: tuple[ActionState, ...] = ()  # that had finished or failed, the order's own
    docked: Docked = Docked.NO


NOTHING_DONE = AsLeft()


@dataclass(frozen=True, slots=True)
class StackInputs:
    """The newest of everything that the navigation stack reads; None where nothing came yet."""

    pose: StampedPose | None
    localization_faults: frozenset[FaultKind] = frozenset()
    base: BaseStatus | None = None
    scan: Scan | None = None
    signals: Mapping[str, SignalState] = field(default_factory=dict)  # newest of each, by id
    perception_age_s: float | None = None  # age of the newest /perception/state
    perception_faults: frozenset[FaultKind] = frozenset()
    link_up: bool = True
    external_faults: frozenset[FaultKind] = frozenset()  # of the gate and of the health monitor
    attention: AttentionReport | None = None
    captured: CaptureReport | None = None


@dataclass(frozen=True, slots=True)
class NavigationState:
    """All that the fleet client needs for a VDA 5050 state (clause 6.10)."""

    order_id: str = ""
    order_update_id: int = 0
    last_node_id: str = ""
    last_node_sequence_id: int = 0
    driving: bool = False
    paused: bool = False
    new_base_request: bool = False
    distance_since_last_node_m: float = 0.0
    node_states: tuple[NodeState, ...] = ()
    edge_states: tuple[EdgeState, ...] = ()
    action_states: tuple[ActionState, ...] = ()
    faults: frozenset[FaultKind] = frozenset()
    response: Response = Response.NONE
    cross_track_error_m: float = 0.0  # positive when the vehicle is left of its path
    mode: Mode = Mode.IDLE
    waiting_for: str = ""  # for people: what the vehicle waits for
    speed_limit_mps: float = 0.0  # of the path here
    distance_driven_m: float = 0.0  # along the path since the order was accepted
    docked: Docked = Docked.NO


@dataclass(frozen=True, slots=True)
class StackOutputs:
    """A velocity command for the gate, the state for the fleet, what to show, say and picture."""

    command: Command = STANDSTILL
    state: NavigationState = field(default_factory=NavigationState)
    attention: AttentionOrder = AttentionOrder()
    capture_id: str = ""  # of the picture that perception shall take; empty: none
