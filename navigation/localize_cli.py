"""`sunra localize`: the vehicle's localization over a recorded drive, and how good it was."""

from __future__ import annotations

import math
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING

import click

from navigation.map_cli_options import FILE
from patrol.errors import LogError
from patrol.vehicle import VehicleSpec, load_vehicle

if TYPE_CHECKING:
    from navigation.localization.ekf import ProcessNoise
    from navigation.localization.replay import DriveLog
    from navigation.types import GnssFix
    from patrol.geodesy import GeoPoint

GOALIE = Path(__file__).resolve().parents[1] / "config" / "vehicles" / "goalie.yaml"
LOG = click.Path(path_type=Path)
MAX_RATE_HZ = 1000.0


@click.command("localize")
@click.option("--vehicle", type=FILE, help="Vehicle file (config/vehicles).  [default: goalie]")
@click.option(
    "--odometry", type=LOG,
    help="CSV: stamp_s, speed_mps, steering_rad; without it a weaker speed is made of the IMU's "
    "ax_mps2 and the fixes.",
)  # fmt: skip
@click.option(
    "--imu", type=LOG,
    help="CSV: stamp_s, yaw_rate_radps, and if known ax_mps2, ay_mps2, roll_rad, pitch_rad; "
    "without it the steering angle says how the vehicle turns.",
)  # fmt: skip
@click.option(
    "--gnss", type=LOG,
    help="CSV: stamp_s, latitude_deg, longitude_deg, sigma_m, fix, and if known altitude_m; fix "
    "is none, single, dgps, rtk_float or rtk_fixed, or its number from 0 to 4.",
)  # fmt: skip
@click.option(
    "--mcap", "bag", type=LOG, help="Instead of the three: an MCAP file or a rosbag2 folder."
)
@click.option("--out", type=FILE, help="Also write the track as CSV.")
@click.option(
    "--rate-hz", type=click.FloatRange(0.0, MAX_RATE_HZ, min_open=True), default=10.0,
    show_default=True, help="Rows of the track a second.",
)  # fmt: skip
@click.option(
    "--origin", help="LAT,LON of the map's origin, in degrees.  [default: the first fix]"
)
@click.option(
    "--truth", type=LOG, help="CSV to compare with: stamp_s, x_m, y_m, and if known yaw_rad."
)
@click.option(
    "--withhold-gnss", "withheld", metavar="FROM-TO",
    help="Keep fixes of this time back and compare with them; seconds after the log's start.",
)  # fmt: skip
def localize_command(
    vehicle: Path | None,
    odometry: Path | None,
    imu: Path | None,
    gnss: Path | None,
    bag: Path | None,
    out: Path | None,
    rate_hz: float,
    origin: str | None,
    truth: Path | None,
    withheld: str | None,
) -> None:
    """Run the vehicle's localization over a recorded drive (docs/localization.md)."""
    from navigation import localize_report as report
    from navigation.localization.csv_logs import read_truth
    from navigation.localization.evaluation import compare_with_fixes, compare_with_truth
    from navigation.localization.localizer import Localizer
    from navigation.localization.replay import replay, times_of

    if math.isnan(rate_hz):
        raise LogError("--rate-hz: nan is no rate")
    _spare_inputs(out, odometry, imu, gnss, bag, truth, vehicle)
    spec = load_vehicle(vehicle or GOALIE)
    log = _read_log(spec, odometry, imu, gnss, bag)
    if odometry is not None or bag is not None:
        log.check()
    place = _origin(origin, log)
    fixes = _withheld(withheld, log) if withheld else []
    true_poses = read_truth(truth) if truth else []
    apart = set(fixes)
    kept = changed(log, fixes=[fix for fix in log.fixes if fix not in apart])
    kept, noise, lines = _with_speed(kept, place, spec)
    rows_s = times_of(kept, rate_hz)
    fixes_s, truth_s = [f.stamp_s for f in fixes], [pose.stamp_s for pose in true_poses]
    result = replay(Localizer(spec, place, noise=noise), kept, [*rows_s, *fixes_s, *truth_s])
    rows = result.at(rows_s)
    lines += [*report.sample_lines(kept, result, len(fixes)), *report.drive_lines(rows)]
    lines.append(f"origin: {place.latitude_deg:.9f},{place.longitude_deg:.9f}")
    if fixes:
        found = compare_with_fixes(result.at(fixes_s), fixes, spec, place)
        lines.append(report.comparison_line("withheld fixes", found))
    if true_poses:
        found = compare_with_truth(result.at(truth_s), true_poses)
        lines.append(report.comparison_line("truth", found))
    if out is not None:
        report.write_track(out, rows, place)
        lines.append(f"wrote {out}")
    click.echo("\n".join(lines))


def _spare_inputs(out: Path | None, *inputs: Path | None) -> None:
    for path in inputs:
        if out is not None and path is not None and out.resolve() == path.resolve():
            raise LogError(f"--out: {out} is one of the logs; name another file")


def _read_log(
    spec: VehicleSpec, odometry: Path | None, imu: Path | None, gnss: Path | None, bag: Path | None
) -> DriveLog:
    from navigation.localization.bag_logs import read_bag
    from navigation.localization.csv_logs import read_gnss, read_imu, read_odometry
    from navigation.localization.replay import DriveLog

    if bag is not None:
        if odometry or imu or gnss:
            raise LogError("--mcap: holds all three logs; give either it or the CSV files")
        return read_bag(bag, spec)
    if odometry is None and imu is None:
        raise LogError(
            "--odometry: wheel odometry is needed, or --imu with ax_mps2, of which a weaker speed "
            "can be made; give one, or a recording by --mcap"
        )
    if gnss is None:
        raise LogError("--gnss: fixes are needed: position and heading start from them")
    wheels = read_odometry(odometry, spec) if odometry else ()
    log = DriveLog(wheels, read_gnss(gnss), read_imu(imu) if imu else ())
    if not odometry and not log.imu:
        raise LogError(f"{imu}: there is no sample, and without wheel odometry the IMU is needed")
    return log


def _with_speed(
    log: DriveLog, place: GeoPoint, spec: VehicleSpec
) -> tuple[DriveLog, ProcessNoise | None, list[str]]:
    """A log with odometry, how far to trust it, and a line that says where it is from."""
    from navigation.localization.inertial_speed import NOISE, with_inertial_speed

    if log.odometry:
        return log, None, []
    line = "odometry: none; the speed is made of the IMU's forward acceleration and the fixes"
    made = with_inertial_speed(log, place, spec)
    made.check()
    return made, NOISE, [line]


def _origin(text: str | None, log: DriveLog) -> GeoPoint:
    """As given, at the height of the first fix, or the first fix itself."""
    from navigation.types import GnssFixType
    from patrol.geodesy import GeoPoint

    first = next((fix for fix in log.fixes if fix.fix is not GnssFixType.NONE), None)
    if first is None:
        raise LogError("gnss: the receiver never had a fix; position and heading start from fixes")
    if text is None:
        return first.position
    try:
        latitude, longitude = map(float, text.split(","))
        return GeoPoint(latitude, longitude, first.position.altitude_m)
    except ValueError:
        raise LogError(
            f"--origin: {text!r} is not LAT,LON in degrees, as 37.4843,126.9296"
        ) from None


def _withheld(text: str, log: DriveLog) -> list[GnssFix]:
    from navigation.localization.gnss import usable

    first, dash, last = text.partition("-")
    try:
        from_s, to_s = float(first), float(last)
    except ValueError:
        from_s = to_s = math.nan
    if not (dash and 0 <= from_s < to_s < math.inf):
        raise LogError(
            f"--withhold-gnss: {text!r} is not FROM-TO in seconds after the log's start, as 30-90"
        )
    start_s = log.start_s
    fixes = [f for f in log.fixes if from_s <= f.stamp_s - start_s <= to_s and usable(f)]
    if not fixes:
        raise LogError(
            f"--withhold-gnss: {text}: no fix is in that time; the log lasts "
            f"{log.end_s - start_s:.1f} s"
        )
    return fixes
