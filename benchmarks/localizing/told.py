"""Could the lidar have told this error at all? In a plain alley it cannot.

The walls around the true pose hold a direction where enough points face it squarely
(scan_match.LEAST_POINTS; Zhang, Kaess, Singh 2016). Along an error that no wall in range holds,
scans at the true and at the believed pose are the same but for noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from benchmarks.localizing.changes import Event
from benchmarks.localizing.judge import Row
from benchmarks.localizing.record import Drive
from navigation.localization.outlines import Outlines
from navigation.localization.scan_match import match_scan
from patrol.geometry import Scan

WITHIN_S = 1.0  # in which a loss is to be admitted
SURE = np.diag((0.05**2, 0.05**2, 0.01**2))  # of the truth: the walls next to the points count
LEAST_SHARE = 0.5  # of the error's direction, squared


def walls_could_tell(
    drive: Drive, outlines: Outlines, rows: Sequence[Row], events: Sequence[Event], lost_s: float
) -> bool:
    """Whether a scan within a second of the loss met walls that hold the error's direction."""
    scans = [
        event
        for event in events
        if isinstance(event, Scan) and lost_s <= event.stamp_s < lost_s + WITHIN_S
    ]
    stamps = np.array([row[0].stamp_s for row in rows])
    return any(
        _held(drive, outlines, rows[int(np.abs(stamps - scan.stamp_s).argmin())], scan)
        for scan in scans
    )


def _held(drive: Drive, outlines: Outlines, row: Row, scan: Scan) -> bool:
    look, estimate = row
    if estimate.stamped is None:
        return False
    truth, believed = look.truth, estimate.stamped.pose
    off = np.array((believed.x_m - truth.x_m, believed.y_m - truth.y_m))
    lidar = drive.spec.lidar
    sensor = (lidar.x_m, lidar.y_m)
    walls = outlines.near(truth.x_m, truth.y_m, scan.range_max_m)
    fix = match_scan(scan.points_base(*sensor), sensor, walls, truth, SURE, scan.stamp_s)
    if fix is None:
        return False
    # Directions are orthonormal but for the arm of the turn: what of the error lies in them.
    seen = fix.directions[:, :2] @ (off / math.hypot(*off))
    return float(seen @ seen) >= LEAST_SHARE
