"""Where commands bring the vehicle to a stop, and whether a replay stops at the same places."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from navigation.replaying.compare import Difference
from navigation.replaying.tape import Tape
from patrol.geometry import Pose2

SAME_STOP_S = 0.5


@dataclass(frozen=True, slots=True)
class Stop:
    """The first zero command after driving, and where the vehicle was; None where unknown."""

    stamp_s: float
    pose_map: Pose2 | None

    @property
    def place(self) -> str:
        """For people."""
        pose = self.pose_map
        return "place unknown" if pose is None else f"x {pose.x_m:.2f} m, y {pose.y_m:.2f} m"


def stops_of(tape: Tape, speeds: Sequence[tuple[float, float]], standing_mps: float) -> list[Stop]:
    """Stops of a row of commanded speeds (time, m/s)."""
    poses = [
        (item.stamp_s, item.value.pose)
        for item in tape.of("/localization/odometry")
        if item.value.pose.is_finite
    ]
    times = [stamp_s for stamp_s, _ in poses]
    found, driving = [], False
    for stamp_s, speed_mps in speeds:
        if driving and speed_mps == 0.0:
            number = bisect.bisect_right(times, stamp_s) - 1
            found.append(Stop(stamp_s, poses[number][1] if number >= 0 else None))
            driving = False
        driving = driving or abs(speed_mps) > standing_mps
    return found


def match_stops(
    stage: str, recorded: Sequence[Stop], replayed: Sequence[Stop]
) -> list[Difference]:
    """Stops of one that the other does not make."""
    return [
        *(_alone(stage, stop, "stops", "drives on") for stop in recorded
          if not _has(replayed, stop)),
        *(_alone(stage, stop, "drives on", "stops") for stop in replayed
          if not _has(recorded, stop)),
    ]  # fmt: skip


def _has(stops: Sequence[Stop], wanted: Stop) -> bool:
    return any(abs(stop.stamp_s - wanted.stamp_s) <= SAME_STOP_S for stop in stops)


def _alone(stage: str, stop: Stop, recorded: str, replayed: str) -> Difference:
    return Difference(
        stage, f"stop at {stop.place}", stop.stamp_s, stop.stamp_s, recorded, replayed
    )
