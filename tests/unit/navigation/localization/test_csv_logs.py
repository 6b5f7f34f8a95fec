"""Logs as CSV: read to the last digit, or refused in one line with file, line and column."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from navigation.localization.csv_logs import read_gnss, read_imu, read_odometry, read_truth
from navigation.localization.evaluation import TruePose
from navigation.types import GnssFixType, ImuSample, WheelOdometry
from patrol.errors import LogError
from tests.unit.navigation.localization.drives import SPEC
from tests.unit.navigation.localization.recorded import record, write_logs

Reader = Callable[[Path], list[Any]]


def odometry(path: Path) -> list[WheelOdometry]:
    return read_odometry(path, SPEC)


def test_a_drive_comes_back_to_the_last_digit(tmp_path: Path) -> None:
    recorded = record(2.0)
    write_logs(recorded, tmp_path)
    log = recorded.log
    assert odometry(tmp_path / "odometry.csv") == list(log.odometry)
    assert read_imu(tmp_path / "imu.csv") == list(log.imu)
    assert read_gnss(tmp_path / "gnss.csv") == list(log.fixes)
    assert read_truth(tmp_path / "truth.csv") == [TruePose(*pose) for pose in recorded.truth]


def test_columns_may_stand_in_any_order_and_optional_ones_may_lack(tmp_path: Path) -> None:
    path = tmp_path / "imu.csv"
    path.write_bytes(b"\xef\xbb\xbfyaw_rate_radps, stamp_s ,roll_rad\r\n0.5, 3,0.1\r\n\r\n")
    assert read_imu(path) == [ImuSample(3.0, 0.5, roll_rad=0.1)]


@pytest.mark.parametrize("cell", ["RTK_FIXED", "rtk_fixed", "4", "4.0"])
def test_a_fix_is_named_or_numbered(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "gnss.csv"
    path.write_text(f"stamp_s,latitude_deg,longitude_deg,sigma_m,fix\n1,37,127,0.02,{cell}\n")
    assert read_gnss(path)[0].fix is GnssFixType.RTK_FIXED


WHEELS = "stamp_s,speed_mps,steering_rad\n"
GNSS = "stamp_s,latitude_deg,longitude_deg,sigma_m,fix\n"
IMU = "stamp_s,yaw_rate_radps\n"
# what the file holds → what is said after its path
WRONG: list[tuple[Reader, str, str]] = [
    (odometry, "", ": is empty; its first line must name the columns: stamp_s,speed_mps,steering"),
    (odometry, "\n \n", ": is empty"),
    (odometry, WHEELS, ": has no samples below its column names"),
    (odometry, "stamp_s,speed_mps\n1,2\n", ":1: column 'steering_rad' is missing; wanted: stamp_"),
    (odometry, "1,2,3\n", ":1: column 'stamp_s' is missing"),
    (odometry, "stamp_s;speed_mps;steering_rad\n", ":1: column 'stamp_s' is missing"),
    (read_imu, "stamp_s,yaw_rate_radps,roll\n", ":1: column 'roll' is unknown; wanted: stamp_s,"),
    (read_imu, "stamp_s,stamp_s,yaw_rate_radps\n", ":1: column 'stamp_s' stands twice"),
    (odometry, WHEELS + "1,2\n", ":2: 2 cells, but 3 columns"),
    (odometry, WHEELS + "1,0,0\n2,fast,0\n", ":3: speed_mps: 'fast' is no number"),
    (odometry, WHEELS + "1,,0\n", ":2: speed_mps: '' is no number"),
    (odometry, WHEELS + "1,nan,0\n", ":2: speed_mps: 'nan' is no finite number"),
    (odometry, WHEELS + "1,0,-inf\n", ":2: steering_rad: '-inf' is no finite number"),
    (odometry, WHEELS + "1_0,0,0\n", ":2: stamp_s: '1_0' is no finite number"),
    (odometry, WHEELS + "2,0,0\n1,0,0\n", ":3: stamp_s: 1.000000 is before 2.000000"),
    (odometry, WHEELS + "1,5.0,0\n", ":2: speed_mps: 5.0 is outside [-3.33, 3.33]; is it km/h?"),
    (odometry, WHEELS + "1,1,12\n", ":2: steering_rad: 12 is outside [-0.915, 0.915]; is it degr"),
    (
        read_imu,
        IMU + "1,17\n2,18\n",
        ": yaw_rate_radps: 2 of 2 are beyond ±4 rad/s; is it degrees",
    ),
    (read_imu, "stamp_s,yaw_rate_radps,pitch_rad\n1,0,5\n", ":2: pitch_rad: 5 is outside"),
    (read_gnss, GNSS + "1,127,37,1,1\n", ":2: latitude_deg: 127 is outside [-90, 90]; are latit"),
    (read_gnss, GNSS + "1,37,1270,1,1\n", ":2: longitude_deg: 1270 is outside"),
    (read_gnss, GNSS + "1,37,127,-1,1\n", ":2: sigma_m: -1 is outside [0, 1000]"),
    (read_gnss, GNSS + "1,37,127,0,1\n", ":2: sigma_m: 0 is no standard deviation"),
    (
        read_gnss,
        GNSS + "1,37,127,1,rtk\n",
        ":2: fix: 'rtk' is none of: NONE (0), SINGLE (1), DGPS",
    ),
    (read_gnss, GNSS + "1,37,127,1,2.5\n", ":2: fix: '2.5' is none of: NONE (0)"),
    (read_truth, "stamp_s,x_m,y_m,yaw_rad\n1,0,0,90\n", ":2: yaw_rad: 90 is outside"),
    (read_imu, IMU + "1,0\n2,\x00\n", ":3: yaw_rate_radps: '\\x00' is no number"),
    (read_imu, IMU + "1," + "9" * 140_000, ": is no CSV in UTF-8: field larger than"),
]


@pytest.mark.parametrize(("reader", "content", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, reader: Reader, content: str, said: str
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LogError) as error:
        reader(path)
    assert str(error.value).startswith(f"{path}{said}")
    assert "\n" not in str(error.value)


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"none\.csv: no such file"):
        read_imu(tmp_path / "none.csv")
    with pytest.raises(LogError, match="cannot be read: Is a directory"):
        read_imu(tmp_path)
    (tmp_path / "binary.csv").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(LogError, match=r"binary\.csv: is no CSV in UTF-8"):
        read_imu(tmp_path / "binary.csv")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(IMU.encode() + text.encode("utf-8", "surrogatepass"))
    said = ""
    samples: list[ImuSample] = []
    try:
        samples = read_imu(path)
    except LogError as error:
        said = str(error)
    assert bool(samples) != said.startswith(str(path))
    assert all(math.isfinite(sample.yaw_rate_radps) for sample in samples)
