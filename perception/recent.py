"""The poses and scans of the last seconds: pictures come later than what belongs to them."""

from __future__ import annotations

from collections import deque

from patrol.geometry import Scan, StampedPose
from perception.ground_projection import predicted_pose

_POSES_KEPT = 60  # 3 s at the localization's 20 Hz
_SCANS_KEPT = 30  # 3 s at the lidar's 10 Hz


class Recent:
    """What was heard last; a clock that is set back leaves what was heard before it behind."""

    def __init__(self, max_pose_age_s: float, max_scan_age_s: float) -> None:
        """The ages (s) are from the picture, either way."""
        self._max_pose_age_s, self._max_scan_age_s = max_pose_age_s, max_scan_age_s
        self._poses: deque[StampedPose] = deque(maxlen=_POSES_KEPT)
        self._scans: deque[Scan] = deque(maxlen=_SCANS_KEPT)

    @property
    def speed_mps(self) -> float:
        """The vehicle's, by the newest pose; 0 before there is one."""
        return self._poses[-1].speed_mps if self._poses else 0.0

    def hear_pose(self, pose: StampedPose) -> None:
        """Take a pose; one that is heard twice counts once."""
        if not self._poses or self._poses[-1].stamp_s != pose.stamp_s:
            self._poses.append(pose)

    def hear_scan(self, scan: Scan) -> None:
        """Take a scan; one that is heard twice counts once."""
        if not self._scans or self._scans[-1].stamp_s != scan.stamp_s:
            self._scans.append(scan)

    def pose_at(self, stamp_s: float) -> StampedPose | None:
        """The pose nearest to a picture, moved to its time; None where none is near."""
        nearest = min(self._poses, key=lambda pose: abs(pose.stamp_s - stamp_s), default=None)
        if nearest is None or abs(nearest.stamp_s - stamp_s) > self._max_pose_age_s:
            return None
        return predicted_pose(nearest, stamp_s)

    def scan_at(self, stamp_s: float) -> Scan | None:
        """The scan nearest to a picture; None where none is near."""
        nearest = min(self._scans, key=lambda scan: abs(scan.stamp_s - stamp_s), default=None)
        if nearest is None or abs(nearest.stamp_s - stamp_s) > self._max_scan_age_s:
            return None
        return nearest
