"""A real drive: IMU and GPS of a KITTI car, as the `gtsam` wheel carries them.

`KittiEquivBiasedImu.txt` has a line of names, then time, period (both s), acceleration x, y, z
(m/s²), angular rate x, y, z (rad/s), forward-left-up. `KittiGps_converted.txt` has time (s), x, y,
z (m), east-north-up of a local frame whose place on Earth is not told. There are no wheels.
Source: Geiger, Lenz, Stiller, Urtasun, Vision meets Robotics: The KITTI Dataset (2013).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from patrol.errors import LogError
from patrol.geodesy import GeoPoint, wgs84_from_enu

IMU_FILE, GPS_FILE = "KittiEquivBiasedImu.txt", "KittiGps_converted.txt"
ORIGIN = GeoPoint(49.0, 8.4)  # Karlsruhe; any other place gives the same
SIGMA_M = 0.26  # gtsam's example of this drive (IMUKittiExampleGPS.py): a variance of 0.07 m²
RTK_FLOAT = 3.0  # the kind of fix that goes with it
Array = NDArray[np.float64]


def read_imu(folder: Path) -> Array:
    """Rows (n, 8) as in the file."""
    return _table(folder / IMU_FILE, None, 8)


def imu_of(rows: Array) -> Array:
    """Rows (n, 4) as DriveLog.from_arrays wants them: time, yaw rate, forward, left."""
    return rows[:, (0, 7, 2, 3)]


def read_places(folder: Path) -> Array:
    """Rows (n, 4): time (s), x, y, z (m)."""
    return _table(folder / GPS_FILE, ",", 4)


def fixes_of(places: Array, sigma_m: float = SIGMA_M) -> Array:
    """Rows (n, 5) as DriveLog.from_arrays wants them, of rows that begin with time, x, y."""
    return np.array(
        [
            (t, point.latitude_deg, point.longitude_deg, sigma_m, RTK_FLOAT)
            for t, x, y in places[:, :3]
            for point in (wgs84_from_enu(x, y, 0.0, ORIGIN),)
        ]
    ).reshape(-1, 5)


def _table(path: Path, delimiter: str | None, columns: int) -> Array:
    """The numbers below the line of names; raises LogError."""
    try:
        rows = np.loadtxt(path, skiprows=1, delimiter=delimiter, ndmin=2)
    except (OSError, ValueError) as error:
        raise LogError(f"{path}: {str(error).splitlines()[0]}") from None
    if rows.shape[1] != columns or len(rows) < 2:
        raise LogError(f"{path}: {rows.shape} numbers, expected 2 rows or more of {columns}")
    if not (np.isfinite(rows).all() and (np.diff(rows[:, 0]) > 0).all()):
        raise LogError(f"{path}: a number is not finite, or a time does not grow")
    return np.asarray(rows, dtype=np.float64)
