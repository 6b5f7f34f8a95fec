"""Logs of a drive as CSV: a line of column names, then a sample a line, by time.

Strict: whatever is not as the table of columns says is refused with file, line and column.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from navigation.localization.evaluation import TruePose
from navigation.localization.imu import MAX_YAW_RATE_RADPS
from navigation.types import GnssFix, GnssFixType, ImuSample, WheelOdometry
from patrol.errors import LogError
from patrol.geodesy import GeoPoint
from patrol.vehicle import VehicleSpec

T = TypeVar("T")
UNIT_SLACK = 1.5  # beyond what the vehicle can do: a reading of another unit
MAX_FAST_TURNS = 0.01  # share of the yaw rates; single ones are left to the localizer


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, the values it may hold, and what is asked about others."""

    name: str
    low: float = -math.inf
    high: float = math.inf
    hint: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line's numbers by column; `where` is file and line, for what is said of it."""

    where: str
    values: dict[str, float]


def odometry_columns(spec: VehicleSpec) -> tuple[Column, ...]:
    """Of the wheels' log, for one vehicle."""
    speed, steering = UNIT_SLACK * spec.max_speed_mps, UNIT_SLACK * spec.max_steering_rad
    return (
        Column("stamp_s"),
        Column("speed_mps", -speed, speed, f"is it km/h? {spec.name} drives m/s up to "
               f"{spec.max_speed_mps:g}"),
        Column("steering_rad", -steering, steering, f"is it degrees? {spec.name} steers radians "
               f"up to {spec.max_steering_rad:g}"),
    )  # fmt: skip


IMU_COLUMNS = (
    Column("stamp_s"),
    Column("yaw_rate_radps"),
    Column("ax_mps2", optional=True),
    Column("ay_mps2", optional=True),
    Column("roll_rad", -math.pi, math.pi, "is it degrees?", optional=True),
    Column("pitch_rad", -math.pi / 2, math.pi / 2, "is it degrees?", optional=True),
)
GNSS_COLUMNS = (
    Column("stamp_s"),
    Column("latitude_deg", -90.0, 90.0, "are latitude and longitude swapped?"),
    Column("longitude_deg", -180.0, 180.0, "is it degrees?"),
    Column("altitude_m", -1000.0, 10_000.0, "metres above the ellipsoid", optional=True),
    Column("sigma_m", 0.0, 1000.0, "metres, of one horizontal axis"),
    Column("fix"),
)
TRUTH_COLUMNS = (
    Column("stamp_s"),
    Column("x_m"),
    Column("y_m"),
    Column("yaw_rad", -2 * math.pi, 2 * math.pi, "is it degrees?", optional=True),
)


def read_odometry(path: Path, spec: VehicleSpec) -> list[WheelOdometry]:
    """The wheels' log; raises LogError."""
    return _read(path, odometry_columns(spec), lambda row: WheelOdometry(**row.values))


def read_imu(path: Path) -> list[ImuSample]:
    """The IMU's log; raises LogError."""
    samples = _read(path, IMU_COLUMNS, lambda row: ImuSample(**row.values))
    fast = sum(abs(sample.yaw_rate_radps) > MAX_YAW_RATE_RADPS for sample in samples)
    if fast > MAX_FAST_TURNS * len(samples):
        raise LogError(
            f"{path}: yaw_rate_radps: {fast} of {len(samples)} are beyond "
            f"±{MAX_YAW_RATE_RADPS:g} rad/s; is it degrees per second?"
        )
    return samples


def read_gnss(path: Path) -> list[GnssFix]:
    """The receiver's log; raises LogError."""
    return _read(path, GNSS_COLUMNS, _fix)


def read_truth(path: Path) -> list[TruePose]:
    """True places of base_link in map metres, perhaps with headings; raises LogError."""
    return _read(path, TRUTH_COLUMNS, lambda row: TruePose(**row.values))


def _fix(row: Row) -> GnssFix:
    values = row.values
    kind = GnssFixType(int(values["fix"]))
    if kind is not GnssFixType.NONE and values["sigma_m"] == 0:
        raise LogError(f"{row.where}: sigma_m: 0 is no standard deviation; it must be above 0")
    position = GeoPoint(
        values["latitude_deg"], values["longitude_deg"], values.get("altitude_m", 0.0)
    )
    return GnssFix(values["stamp_s"], position, values["sigma_m"], kind)


def _fix_number(where: str, cell: str) -> float:
    """Of a GnssFixType, by its name or number."""
    for kind in GnssFixType:
        if cell.upper() == kind.name or cell in (f"{kind.value}", f"{kind.value}.0"):
            return float(kind)
    allowed = ", ".join(f"{kind.name} ({kind.value})" for kind in GnssFixType)
    raise LogError(f"{where}: fix: {cell!r} is none of: {allowed}")


def _read(path: Path, columns: tuple[Column, ...], make: Callable[[Row], T]) -> list[T]:
    """All lines of a file; raises LogError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            samples = [make(row) for row in _rows(path, csv.reader(stream), columns)]
    except FileNotFoundError:
        raise LogError(f"{path}: no such file") from None
    except OSError as error:
        raise LogError(f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise LogError(f"{path}: is no CSV in UTF-8: {error}") from None
    if not samples:
        raise LogError(f"{path}: has no samples below its column names")
    return samples


def _rows(path: Path, lines: Iterator[list[str]], columns: tuple[Column, ...]) -> Iterator[Row]:
    present: list[Column] | None = None
    last_s = -math.inf
    for number, cells in enumerate(lines, start=1):
        where = f"{path}:{number}"
        if not any(cell.strip() for cell in cells):
            continue
        if present is None:
            present = _header(where, [cell.strip() for cell in cells], columns)
            continue
        row = _row(where, cells, present)
        stamp_s = row.values["stamp_s"]
        if stamp_s < last_s:
            raise LogError(
                f"{where}: stamp_s: {stamp_s:.6f} is before {last_s:.6f} of the line above; "
                "lines must be in the order of their times"
            )
        last_s = stamp_s
        yield row
    if present is None:
        raise LogError(f"{path}: is empty; its first line must name the columns: {_list(columns)}")


def _header(where: str, names: list[str], columns: tuple[Column, ...]) -> list[Column]:
    """The columns in the file's order."""
    by_name = {column.name: column for column in columns}
    for column in columns:
        if column.name not in names and not column.optional:
            raise LogError(
                f"{where}: column {column.name!r} is missing; wanted: {_list(columns)}; "
                f"there: {','.join(names)[:120]}"
            )
    for name in names:
        if name not in by_name:
            raise LogError(f"{where}: column {name!r} is unknown; wanted: {_list(columns)}")
        if names.count(name) > 1:
            raise LogError(f"{where}: column {name!r} stands twice")
    return [by_name[name] for name in names]


def _row(where: str, cells: list[str], columns: list[Column]) -> Row:
    if len(cells) != len(columns):
        raise LogError(f"{where}: {len(cells)} cells, but {len(columns)} columns")
    return Row(
        where,
        {c.name: _number(where, c, cell.strip()) for c, cell in zip(columns, cells, strict=True)},
    )


def _number(where: str, column: Column, cell: str) -> float:
    if column.name == "fix":
        return _fix_number(where, cell)
    try:
        value = float(cell)
    except ValueError:
        raise LogError(f"{where}: {column.name}: {cell!r} is no number") from None
    if not math.isfinite(value) or "_" in cell:
        raise LogError(f"{where}: {column.name}: {cell!r} is no finite number")
    if not column.low <= value <= column.high:
        limits = f"[{column.low:g}, {column.high:g}]"
        raise LogError(f"{where}: {column.name}: {cell} is outside {limits}; {column.hint}")
    return value


def _list(columns: tuple[Column, ...]) -> str:
    needed = ",".join(column.name for column in columns if not column.optional)
    optional = "".join(f"[,{column.name}]" for column in columns if column.optional)
    return needed + optional
