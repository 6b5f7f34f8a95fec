"""A made drive as a log: what its sensors said, and the truth beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from navigation.localization.localizer import Localizer
from navigation.localization.replay import DriveLog
from navigation.types import GnssFix, ImuSample, WheelOdometry
from tests.unit.navigation.localization.drives import ORIGIN, SPEC, Drive

ODOMETRY_HEADER = "stamp_s,speed_mps,steering_rad"
IMU_HEADER = "stamp_s,yaw_rate_radps,ax_mps2,ay_mps2,roll_rad,pitch_rad"
GNSS_HEADER = "stamp_s,latitude_deg,longitude_deg,altitude_m,sigma_m,fix"
TRUTH_HEADER = "stamp_s,x_m,y_m,yaw_rad"


class RecordingLocalizer(Localizer):
    """A localizer that keeps what it is fed."""

    def __init__(self) -> None:
        super().__init__(SPEC, ORIGIN)
        self.odometry: list[WheelOdometry] = []
        self.imu: list[ImuSample] = []
        self.fixes: list[GnssFix] = []

    def add_odometry(self, sample: WheelOdometry) -> str | None:
        self.odometry.append(sample)
        return super().add_odometry(sample)

    def add_imu(self, sample: ImuSample) -> str | None:
        self.imu.append(sample)
        return super().add_imu(sample)

    def add_gnss(self, fix: GnssFix) -> str | None:
        self.fixes.append(fix)
        return super().add_gnss(fix)


@dataclass(frozen=True)
class Recorded:
    """A log, the localizer that heard it live, and (time, x, y, yaw) of the truth."""

    log: DriveLog
    live: RecordingLocalizer
    truth: Sequence[tuple[float, float, float, float]] = field(default=())


def record(seconds: float, seed: int = 3) -> Recorded:
    """A weaving drive from an unknown place."""
    drive, live = Drive(seed), RecordingLocalizer()
    truth = []
    for tick in range(round(seconds / 0.02)):
        drive.step(live, tick)
        if tick % 25 == 0:
            pose = drive.truth
            truth.append((drive.now_s, pose.x_m, pose.y_m, pose.yaw_rad))
    return Recorded(DriveLog(live.odometry, live.fixes, live.imu), live, truth)


def write_logs(recorded: Recorded, folder: Path) -> None:
    """odometry.csv, imu.csv, gnss.csv and truth.csv, to the last digit."""
    log = recorded.log
    write(folder / "odometry.csv", ODOMETRY_HEADER, (
        (s.stamp_s, s.speed_mps, s.steering_rad) for s in log.odometry
    ))  # fmt: skip
    write(folder / "imu.csv", IMU_HEADER, (
        (s.stamp_s, s.yaw_rate_radps, s.ax_mps2, s.ay_mps2, s.roll_rad, s.pitch_rad)
        for s in log.imu
    ))  # fmt: skip
    write(folder / "gnss.csv", GNSS_HEADER, (
        (fix.stamp_s, fix.position.latitude_deg, fix.position.longitude_deg,
         fix.position.altitude_m, fix.sigma_m, fix.fix.name.lower())
        for fix in log.fixes
    ))  # fmt: skip
    write(folder / "truth.csv", TRUTH_HEADER, recorded.truth)


def write(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    """A CSV file."""
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
