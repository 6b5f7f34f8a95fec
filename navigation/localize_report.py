"""What `sunra localize` gives back: the track as CSV and the lines that sum a drive up."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from navigation.localization.evaluation import Comparison, Spread
from navigation.localization.heading_start import MIN_TRAVEL_M, TRAVEL_SIGMAS
from navigation.localization.replay import DriveLog, Moment, Replay
from navigation.types import LocalizationStatus
from patrol.errors import LogError
from patrol.geodesy import GeoPoint, wgs84_from_enu

TRACK_COLUMNS = (
    "stamp_s", "x_m", "y_m", "yaw_rad", "speed_mps", "sigma_m", "status", "latitude_deg",
    "longitude_deg",
)  # fmt: skip

HEADING_NEEDS = (
    f"it takes two fixes at least {MIN_TRAVEL_M:g} m and {TRAVEL_SIGMAS:g} sigmas apart, with a "
    "straight way between them"
)


def write_track(path: Path, moments: Sequence[Moment], origin: GeoPoint) -> None:
    """The track, whole or not at all; cells are empty where no pose is known. Raises LogError."""
    lines = [",".join(TRACK_COLUMNS), *(_track_line(moment, origin) for moment in moments)]
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise LogError(f"{path}: cannot be written: {error.strerror}") from None


def _track_line(moment: Moment, origin: GeoPoint) -> str:
    stamped, status = moment.pose, moment.estimate.status
    if stamped is None:
        return f"{moment.stamp_s:.6f},,,,,,{status},,"
    pose = stamped.pose
    at = wgs84_from_enu(pose.x_m, pose.y_m, 0.0, origin)
    return (
        f"{moment.stamp_s:.6f},{pose.x_m:.4f},{pose.y_m:.4f},{pose.yaw_rad:.5f},"
        f"{stamped.speed_mps:.3f},{moment.estimate.position_sigma_m:.4f},{status},"
        f"{at.latitude_deg:.9f},{at.longitude_deg:.9f}"
    )


def sample_lines(log: DriveLog, result: Replay, withheld: int) -> list[str]:
    """A line a sensor: samples taken, refused by reason, withheld."""
    lines = []
    for kind, samples in (("odometry", log.odometry), ("imu", log.imu), ("gnss", log.fixes)):
        parts = [f"{len(samples)} samples", f"{result.taken[kind]} taken"]
        parts += [
            f"{count} refused ({reason})"
            for (of, reason), count in result.refused.most_common()
            if of == kind
        ]
        if withheld and kind == "gnss":
            parts.append(f"{withheld} more withheld")
        lines.append(f"{kind}: {', '.join(parts)}")
    return lines


def drive_lines(moments: Sequence[Moment]) -> list[str]:
    """Time, distance (the estimated speed, summed up) and how often the position was sure."""
    duration_s = moments[-1].stamp_s - moments[0].stamp_s
    distance_m = sum(
        abs(moment.pose.speed_mps) * (after.stamp_s - moment.stamp_s)
        for moment, after in pairwise(moments)
        if moment.pose is not None
    )
    ok, lost, unknown = (
        f"{100 * sum(found) / len(moments):.1f} %"
        for found in (
            [moment.is_ok for moment in moments],
            [moment.estimate.status is LocalizationStatus.LOST for moment in moments],
            [moment.pose is None for moment in moments],
        )
    )
    line = (
        f"drive: {duration_s:.1f} s, {distance_m:.1f} m; position ok in {ok} of {len(moments)} "
        f"rows, lost in {lost}, no pose in {unknown}"
    )
    if any(moment.pose is not None for moment in moments):
        return [line]
    return [line, f"no heading was found: {HEADING_NEEDS}"]


def comparison_line(name: str, comparison: Comparison) -> str:
    """Errors of the position, and of the heading where it is known."""
    total = comparison.compared + comparison.without_pose
    if comparison.position_m is None:
        return f"{name}: none of {total} could be compared, no pose is known at their times"
    line = f"{name}: {comparison.compared} of {total} compared; position "
    line += _spread(comparison.position_m, 1.0, "m", 3)
    if comparison.heading_rad is not None:
        line += "; heading " + _spread(comparison.heading_rad, math.degrees(1.0), "degrees", 2)
    return line


def _spread(errors: Spread, factor: float, unit: str, digits: int) -> str:
    rms, p95, maximum = (
        f"{factor * value:.{digits}f}" for value in (errors.rms, errors.p95, errors.maximum)
    )
    return f"RMS {rms}, p95 {p95}, max {maximum} {unit}"
