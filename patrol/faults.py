"""The ONE fault table: fault → detection → response → operator text.

Code raises a `Fault`; the executive, the safety gate, the VDA 5050 state's `errors`, the console
and docs/safety.md all read this table. A vehicle that doubts, stops: the strongest response of all
open faults wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Response(IntEnum):
    """What the vehicle does, weakest first; the largest of all open faults wins."""

    NONE = 0  # tell the operator
    CONTINUE_OFFLINE = 1  # go on with the released base, spool everything
    SLOW = 2  # go on at walking pace
    SLOW_THEN_WAIT = 3  # walking pace to the next waiting place, stand there until it is gone
    STOP = 4  # brake to a halt now; go on by itself when it is gone
    STOP_AND_LATCH = 5  # brake to a halt now; only a person on site or by remote reset starts it


class FaultKind(StrEnum):
    """Everything that can be wrong, by name."""

    EMERGENCY_STOP = "emergency_stop"
    OBSTACLE_IN_STOP_ZONE = "obstacle_in_stop_zone"
    SCAN_STALE = "scan_stale"
    SCAN_FROZEN = "scan_frozen"
    ULTRASONIC_STALE = "ultrasonic_stale"
    ULTRASONIC_FROZEN = "ultrasonic_frozen"
    ULTRASONIC_INVALID = "ultrasonic_invalid"
    DROP_AHEAD = "drop_ahead"
    DROP_RANGER_STALE = "drop_ranger_stale"
    DROP_RANGER_FROZEN = "drop_ranger_frozen"
    DROP_RANGER_INVALID = "drop_ranger_invalid"
    COMMAND_STALE = "command_stale"
    COMMAND_INVALID = "command_invalid"
    BASE_STALE = "base_stale"
    BASE_DISOBEYS = "base_disobeys"
    BUMP = "bump"
    PUSHED = "pushed"
    LIFTED = "lifted"
    ZONE_BOUNDARY = "zone_boundary"
    KEEP_OUT_ZONE = "keep_out_zone"
    LOCALIZATION_STALE = "localization_stale"
    LOCALIZATION_LOST = "localization_lost"
    GNSS_LOST = "gnss_lost"
    OFF_ROUTE = "off_route"
    NO_PROGRESS = "no_progress"
    PATH_BLOCKED = "path_blocked"
    PERCEPTION_LOST = "perception_lost"
    CAMERA_STALE = "camera_stale"
    CAMERA_BLIND = "camera_blind"
    PERCEPTION_POSE_STALE = "perception_pose_stale"
    LINK_LOST = "link_lost"
    NAVIGATION_LOST = "navigation_lost"
    SIGNAL_UNKNOWN = "signal_unknown"
    WEATHER_BAD = "weather_bad"
    WEATHER_SEVERE = "weather_severe"
    BATTERY_LOW = "battery_low"
    BATTERY_CRITICAL = "battery_critical"
    DOCKING_FAILED = "docking_failed"
    TILT = "tilt"
    DISK_FULL = "disk_full"
    MAP_MISMATCH = "map_mismatch"
    ORDER_REJECTED = "order_rejected"
    RESTARTED = "restarted"


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One row: how it is noticed, what follows, what a person reads."""

    detection: str
    detector: str  # who notices: gate, localization, executive, perception, client, health
    response: Response
    fatal: bool  # VDA 5050 errorLevel FATAL (else WARNING)
    text_ko: str
    text_en: str


_F = FaultKind
_R = Response
FAULTS: dict[FaultKind, FaultRow] = {
    _F.EMERGENCY_STOP: FaultRow(
        "base reports the emergency-stop circuit open",
        "gate",
        _R.STOP_AND_LATCH,
        True,
        "비상정지 버튼이 눌렸습니다",
        "Emergency stop pressed",
    ),
    _F.OBSTACLE_IN_STOP_ZONE: FaultRow(
        "a lidar return or an ultrasonic echo inside the stop zone",
        "gate",
        _R.STOP,
        False,
        "정지 구역에 장애물이 있습니다",
        "Obstacle in the stop zone",
    ),
    _F.SCAN_STALE: FaultRow(
        "no lidar scan within its max_age_s",
        "gate",
        _R.STOP,
        True,
        "라이다 신호가 끊겼습니다",
        "Lidar scan missing",
    ),
    _F.SCAN_FROZEN: FaultRow(
        "scans that repeat themselves for 0.27 s while the vehicle moves",
        "gate",
        _R.STOP,
        True,
        "라이다 값이 멈춰 있습니다",
        "Lidar repeats an old scan",
    ),
    _F.ULTRASONIC_STALE: FaultRow(
        "no range from an ultrasonic ranger within its max_age_s",
        "gate",
        _R.STOP,
        True,
        "초음파 센서 신호가 끊겼습니다",
        "Ultrasonic ranger missing",
    ),
    _F.ULTRASONIC_FROZEN: FaultRow(
        "an ultrasonic echo that does not change for 0.27 s while the vehicle moves",
        "gate",
        _R.STOP,
        True,
        "초음파 센서 값이 멈춰 있습니다",
        "Ultrasonic ranger repeats an old range",
    ),
    _F.ULTRASONIC_INVALID: FaultRow(
        "an ultrasonic range that is no number, negative or beyond the ranger's reach",
        "gate",
        _R.STOP,
        True,
        "초음파 센서 값이 올바르지 않습니다",
        "Ultrasonic range invalid",
    ),
    _F.DROP_AHEAD: FaultRow(
        "an edge, a hole or ground that gives no echo inside the stop zone",
        "gate",
        _R.STOP,
        False,
        "정지 구역에 낭떠러지나 구덩이가 있습니다",
        "Edge or hole in the stop zone",
    ),
    _F.DROP_RANGER_STALE: FaultRow(
        "no range from a drop ranger within its max_age_s",
        "gate",
        _R.STOP,
        True,
        "낙하 감지 센서 신호가 끊겼습니다",
        "Drop ranger missing",
    ),
    _F.DROP_RANGER_FROZEN: FaultRow(
        "a drop ranger's range that does not change for 0.27 s while the vehicle moves",
        "gate",
        _R.STOP,
        True,
        "낙하 감지 센서 값이 멈춰 있습니다",
        "Drop ranger repeats an old range",
    ),
    _F.DROP_RANGER_INVALID: FaultRow(
        "a drop ranger's range that is no number, beyond its reach, or too near: it is covered",
        "gate",
        _R.STOP,
        True,
        "낙하 감지 센서가 가려졌거나 값이 올바르지 않습니다",
        "Drop ranger covered or its range invalid",
    ),
    _F.COMMAND_STALE: FaultRow(
        "no velocity command within its max_age_s",
        "gate",
        _R.STOP,
        False,
        "주행 명령이 끊겼습니다",
        "Velocity command missing",
    ),
    _F.COMMAND_INVALID: FaultRow(
        "a velocity command that is not finite",
        "gate",
        _R.STOP,
        True,
        "주행 명령이 올바르지 않습니다",
        "Velocity command invalid",
    ),
    _F.BASE_STALE: FaultRow(
        "no base status within its max_age_s",
        "gate",
        _R.STOP,
        True,
        "구동부 응답이 없습니다",
        "Base driver silent",
    ),
    _F.BASE_DISOBEYS: FaultRow(
        "wheels that turn as no command of late and no braking explains: the power is cut",
        "gate",
        _R.STOP_AND_LATCH,
        True,
        "바퀴가 명령을 따르지 않아 모터 전원을 차단했습니다",
        "The wheels do not obey: motor power cut",
    ),
    _F.BUMP: FaultRow(
        "the base reports a safety edge pressed, or its wire broken: the power is cut",
        "gate",
        _R.STOP_AND_LATCH,
        True,
        "범퍼에 무언가 닿아 모터 전원을 차단했습니다",
        "Bumper pressed: motor power cut",
    ),
    _F.PUSHED: FaultRow(
        "the IMU feels it rocked, turned or sliding while it is told to stand and its wheels do",
        "gate",
        _R.STOP_AND_LATCH,
        True,
        "누군가 서 있는 로봇을 밀었습니다",
        "Somebody has pushed the standing vehicle",
    ),
    _F.LIFTED: FaultRow(
        "the IMU feels it rise by 0.08 m as no driving explains: the power is cut",
        "gate",
        _R.STOP_AND_LATCH,
        True,
        "누군가 로봇을 들어 올려 모터 전원을 차단했습니다",
        "Somebody has lifted the vehicle: motor power cut",
    ),
    _F.ZONE_BOUNDARY: FaultRow(
        "a command whose path leaves the map's ways, the way to stop included",
        "gate",
        _R.STOP,
        True,
        "운행 구역의 경계입니다",
        "At the boundary of the map's ways",
    ),
    _F.KEEP_OUT_ZONE: FaultRow(
        "a command whose path enters a keep-out zone that holds, the way to stop included",
        "gate",
        _R.STOP,
        True,
        "출입 금지 구역입니다",
        "At a keep-out zone",
    ),
    _F.LOCALIZATION_STALE: FaultRow(
        "no pose within its max_age_s",
        "executive",
        _R.STOP,
        True,
        "위치 정보가 끊겼습니다",
        "Pose missing",
    ),
    _F.LOCALIZATION_LOST: FaultRow(
        "the monitor's innovation test fails or the covariance is too large",
        "localization",
        _R.STOP,
        True,
        "위치를 잃었습니다",
        "Position lost",
    ),
    _F.GNSS_LOST: FaultRow(
        "no accepted GNSS fix for 10 s",
        "localization",
        _R.NONE,
        False,
        "위성 신호가 없습니다",
        "No GNSS fix",
    ),
    _F.OFF_ROUTE: FaultRow(
        "cross-track error above the edge's corridor",
        "executive",
        _R.STOP,
        True,
        "경로를 벗어났습니다",
        "Off the route",
    ),
    _F.NO_PROGRESS: FaultRow(
        "commanded to move, but no progress for 10 s",
        "executive",
        _R.STOP,
        False,
        "앞으로 가지 못하고 있습니다",
        "No progress",
    ),
    _F.PATH_BLOCKED: FaultRow(
        "a thing has stood in the way for 30 s and there is no way round it",
        "executive",
        _R.STOP,
        False,
        "길이 막혔습니다. 다른 경로가 필요합니다",
        "The way is blocked: a new route is needed",
    ),
    _F.PERCEPTION_LOST: FaultRow(
        "no perception heartbeat within its max_age_s, or none yet",
        "executive",
        _R.SLOW_THEN_WAIT,
        False,
        "인식 기능이 작동하지 않습니다",
        "Perception down",
    ),
    _F.CAMERA_STALE: FaultRow(
        "no camera frame within its max_age_s",
        "perception",
        _R.SLOW_THEN_WAIT,
        False,
        "카메라 영상이 끊겼습니다",
        "Camera frame missing",
    ),
    _F.CAMERA_BLIND: FaultRow(
        "the camera's pictures are dark, flat, frozen or of the wrong size",
        "perception",
        _R.SLOW_THEN_WAIT,
        False,
        "카메라가 가려졌거나 고장났습니다",
        "Camera covered or broken",
    ),
    _F.PERCEPTION_POSE_STALE: FaultRow(
        "no pose within 200 ms of a picture: what is seen has no place, so no incident",
        "perception",
        _R.NONE,
        False,
        "인식 결과의 위치를 알 수 없습니다",
        "Perception has no position",
    ),
    _F.LINK_LOST: FaultRow(
        "no broker connection",
        "client",
        _R.CONTINUE_OFFLINE,
        False,
        "관제 연결이 끊겼습니다",
        "Link to the control room lost",
    ),
    _F.NAVIGATION_LOST: FaultRow(
        "no navigation state within its max_age_s",
        "client",
        _R.STOP,
        True,
        "주행 기능이 멈췄습니다",
        "Navigation down",
    ),
    _F.SIGNAL_UNKNOWN: FaultRow(
        "5 s of waiting at a crosswalk whose light nobody tells: it waits there for an operator",
        "executive",
        _R.NONE,
        False,
        "횡단보도 신호를 알 수 없습니다. 관제에서 확인해 주세요",
        "Crosswalk light unknown: waiting for an operator's confirmation",
    ),
    _F.WEATHER_BAD: FaultRow(
        "a report of rain, gusts, sight or ice that the vehicle file calls bad, at most 2 h old",
        "executive",
        _R.SLOW,
        False,
        "기상 악화로 서행합니다",
        "Bad weather: walking pace",
    ),
    _F.WEATHER_SEVERE: FaultRow(
        "a report of rain, gusts or sight that the vehicle file calls severe, at most 2 h old",
        "executive",
        _R.SLOW_THEN_WAIT,
        False,
        "기상 특보 수준의 날씨로 대기합니다",
        "Severe weather: waits at a waiting place",
    ),
    _F.BATTERY_LOW: FaultRow(
        "state of charge below 20 %",
        "executive",
        _R.NONE,
        False,
        "배터리가 부족합니다",
        "Battery low",
    ),
    _F.BATTERY_CRITICAL: FaultRow(
        "state of charge below 7 %",
        "executive",
        _R.SLOW_THEN_WAIT,
        True,
        "배터리가 매우 부족합니다",
        "Battery critical",
    ),
    _F.DOCKING_FAILED: FaultRow(
        "no charging current, 3 times docked, or it stopped below 97 %: waits for a person",
        "executive",
        _R.STOP,
        False,
        "충전이 되지 않습니다. 충전기와 접점을 확인해 주세요",
        "Charging does not work: check the charger and its contacts",
    ),
    _F.TILT: FaultRow(
        "roll or pitch above 20 degrees",
        "gate",
        _R.STOP_AND_LATCH,
        True,
        "차체가 기울었습니다",
        "Vehicle tilted",
    ),
    _F.DISK_FULL: FaultRow(
        "less than 200 MB free on the state disk",
        "health",
        _R.NONE,
        False,
        "저장 공간이 부족합니다",
        "Disk nearly full",
    ),
    _F.MAP_MISMATCH: FaultRow(
        "an order for another map",
        "client",
        _R.NONE,
        False,
        "지도가 다릅니다",
        "Order is for another map",
    ),
    _F.RESTARTED: FaultRow(
        "the whole vehicle was started anew in the middle of an order: it is paused",
        "client",
        _R.NONE,
        False,
        "다시 켜졌습니다. 계속하라는 지시를 기다립니다",
        "Started anew, waits to be told to go on",
    ),
    _F.ORDER_REJECTED: FaultRow(
        "an order that cannot be followed",
        "client",
        _R.NONE,
        False,
        "명령을 수행할 수 없습니다",
        "Order rejected",
    ),
}


# The gate's protective field is violated (VDA 5050 safetyState.fieldViolation).
IN_STOP_ZONE = frozenset({FaultKind.OBSTACLE_IN_STOP_ZONE, FaultKind.DROP_AHEAD})


def strongest_response(faults: Iterable[FaultKind]) -> Response:
    """The response that wins among open faults; NONE where there are none."""
    return max((FAULTS[fault].response for fault in faults), default=Response.NONE)
