"""Health: what is measured, what it means, and what the control room reads of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import Incident
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import CompressedImage, Image

from fleet_client.black_box.segment import segment_name
from fleet_client.state_builder import MapRef, StateContent, build_state, is_news
from patrol.faults import FaultKind
from patrol.whole_file import write_object
from patrol_fleet_client.convert import Condition, content_of
from patrol_fleet_client.health import (
    Level,
    ProcessReading,
    Reading,
    judge,
    judge_eyes,
    judge_gnss_clock,
    judge_recorder,
)
from patrol_fleet_client.health_node import _has_header, _status_of
from patrol_fleet_client.health_summary import summary_of
from patrol_fleet_client.inputs import VehicleInputs
from patrol_fleet_client.machine import Machine, last_written_age_s, process_name
from patrol_fleet_client.order_record import OrderRecord, string_cdr
from patrol_fleet_client.pictures import compressed
from patrol_fleet_client.recorder_node import is_recent
from patrol_fleet_client.topic_watch import TopicWatch, stamp_in
from patrol_ros.stamps import header_of

WELL = Reading(50_000.0, 4_000.0, 0.5, 40.0, 55.0, 0.001)


def levels(reading: Reading) -> dict[str, Level]:
    return {finding.name: finding.level for finding in judge(reading)}


@pytest.mark.parametrize(
    ("reading", "name", "level"),
    [
        (Reading(199.0, 4000.0, 0.1), "machine/disk", Level.ERROR),
        (Reading(999.0, 4000.0, 0.1), "machine/disk", Level.WARN),
        (Reading(9e3, 299.0, 0.1), "machine/memory", Level.WARN),
        (Reading(9e3, 4e3, 1.6), "machine/load", Level.WARN),
        (Reading(9e3, 4e3, 0.1, cpu_pct=91.0), "machine/cpu", Level.WARN),
        (Reading(9e3, 4e3, 0.1, temperature_c=81.0), "machine/temperature", Level.WARN),
        (Reading(9e3, 4e3, 0.1, temperature_c=96.0), "machine/temperature", Level.ERROR),
        (Reading(9e3, 4e3, 0.1, clock_error_s=0.6), "machine/clock", Level.WARN),
        (Reading(9e3, 4e3, 0.1), "machine/clock", Level.WARN),
        (Reading(9e3, 4e3, 0.1), "machine/temperature", Level.OK),
    ],
)
def test_what_a_reading_means(reading: Reading, name: str, level: Level) -> None:
    assert levels(reading)[name] is level


@pytest.mark.parametrize(
    ("offset_s", "level", "said"),
    [
        (0.05, Level.OK, "0.05 s ahead of GNSS time"),
        (-0.3, Level.WARN, "0.30 s behind GNSS time"),
        (-0.6, Level.ERROR, "0.60 s behind GNSS time: no light of the city is believed"),
    ],
)
def test_what_a_clock_against_gnss_means(offset_s: float, level: Level, said: str) -> None:
    finding = judge_gnss_clock(offset_s)
    assert (finding.level, finding.message) == (level, said)
    rows = DiagnosticArray(status=[_status_of(finding)])
    summary = summary_of(rows)
    assert summary is not None
    assert ("gnss_clock_offset_s", f"{offset_s:.3f}") in summary.figures


def test_a_silent_black_box_is_a_warning() -> None:
    assert judge_recorder(None).level is Level.WARN
    assert judge_recorder(60.0).level is Level.WARN
    assert judge_recorder(0.4).level is Level.OK


@pytest.mark.parametrize(
    ("looked", "drops", "left_out", "level", "said"),
    [
        (5, 0, 0, Level.OK, "5.0 pictures a second"),
        (5, 1, 1, Level.OK, "5.0 pictures a second"),
        (3, 2, 0, Level.WARN, "2 of 5 pictures dropped"),
        (5, 0, 4, Level.WARN, "4 of 5 turned looks left out"),
        (0, 0, 0, Level.OK, "5.0 pictures a second"),
    ],
)
def test_eyes_that_do_not_keep_up_are_a_warning(
    looked: int, drops: int, left_out: int, level: Level, said: str
) -> None:
    finding = judge_eyes(5.0, 0.1, looked, drops, left_out)
    assert (finding.name, finding.level, finding.message) == ("perception", level, said)


def test_the_machine_is_measured_and_unknown_is_none(tmp_path: Path) -> None:
    reading = Machine(tmp_path).read()
    assert reading.disk_free_mb > 0.0
    assert reading.memory_available_mb > 0.0
    assert reading.clock_error_s is None or reading.clock_error_s >= 0.0
    assert reading.temperature_c is None or -50.0 < reading.temperature_c < 150.0


def test_processes_are_told_by_their_command_line() -> None:
    line = ["python", "-m", "patrol_ros.process", "--nice", "2", "client", "m:Class"]
    assert process_name(line) == "client"
    assert process_name(["python", "-m", "patrol_ros.process", "safety", "m:C"]) == "safety"
    assert process_name(["python", "-m", "pytest"]) is None


def test_the_age_of_what_was_written_last(tmp_path: Path) -> None:
    assert last_written_age_s(tmp_path / "none", 100.0) is None
    assert last_written_age_s(tmp_path, 100.0) is None
    for time_s, name in (
        (99.0, segment_name(6, 60.0)),  # its pictures expired just now, say
        (90.0, segment_name(7, 90.0)), (95.0, segment_name(7, 90.0, pictures=True) + ".part"),
    ):  # fmt: skip
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time_s, time_s))
    assert last_written_age_s(tmp_path, 100.0) == 5.0


def test_a_stamp_is_read_from_raw_bytes() -> None:
    cdr = serialize_message(Odometry(header=header_of(1234.5, "map")))
    assert stamp_in(cdr) == 1234.5
    assert stamp_in(cdr[:9]) is None
    assert stamp_in(b"") is None
    assert _has_header("/scan")
    assert not _has_header("/tf")


def watch_of(
    topic: str,
    seconds: float,
    rate_hz: float,
    late_s: float = 0.0,
    rates_hz: Mapping[str, float] | None = None,
) -> TopicWatch:
    """A watch that heard a topic at a rate, each message so old."""
    watch = TopicWatch([topic], 0.0, rates_hz)
    for number in range(round(seconds * rate_hz)):
        now_s = number / rate_hz
        watch.hear(topic, now_s, now_s - late_s)
    return watch


def test_a_topic_at_its_rate_is_well() -> None:
    (finding,) = watch_of("/scan", 10.0, 10.0).findings(10.0)
    assert (finding.name, finding.level) == ("topic/scan", Level.OK)
    values = dict(finding.values)
    assert float(values["rate_hz"]) == pytest.approx(10.0, abs=0.3)
    assert float(values["age_s"]) == pytest.approx(0.1)


def test_a_slow_a_stale_an_old_and_a_missing_topic() -> None:
    (slow,) = watch_of("/imu/data", 10.0, 10.0).findings(10.0)
    assert (slow.level, slow.message) == (Level.WARN, "slow: 9.8 Hz of 50 Hz")
    (stale,) = watch_of("/scan", 10.0, 10.0).findings(11.0)
    assert stale.level is Level.ERROR
    (old,) = watch_of("/scan", 10.0, 10.0, late_s=0.3).findings(10.0)
    assert old.message.startswith("stale: 0.40 s old")
    (missing,) = TopicWatch(["/scan"], 0.0).findings(10.0)
    assert (missing.level, missing.message) == (Level.WARN, "never heard")
    (ahead,) = watch_of("/scan", 10.0, 10.0, late_s=-3600.0).findings(10.0)
    assert (ahead.level, ahead.message) == (
        Level.ERROR, "ahead: stamped 3599.90 s in the future",
    )  # fmt: skip
    (soon,) = TopicWatch(["/scan"], 0.0).findings(1.0)
    assert soon.level is Level.OK


def test_a_camera_keeps_the_rate_of_the_vehicle_file() -> None:
    rear = "/camera/rear/image_raw"
    (slow,) = watch_of(rear, 10.0, 2.0).findings(10.0)
    assert slow.message == "slow: 1.8 Hz of 5 Hz"
    (well,) = watch_of(rear, 10.0, 2.0, rates_hz={rear: 2.0}).findings(10.0)
    assert well.level is Level.OK


def test_events_have_no_rate_to_keep() -> None:
    (never,) = TopicWatch(["/perception/incident"], 0.0).findings(10.0)
    assert never.level is Level.OK
    (seldom,) = watch_of("/perception/incident", 1.0, 1.0).findings(100.0)
    assert seldom.level is Level.OK


def test_the_control_room_reads_a_summary_and_is_not_woken_by_it() -> None:
    hot = Reading(50_000.0, 4_000.0, 0.5, 40.0, 99.0, 0.001, (ProcessReading("safety", 80, 12),))
    findings = [*judge(hot), judge_recorder(0.1, "ab" * 32)]
    message = DiagnosticArray(status=[_status_of(finding) for finding in findings])
    summary = summary_of(message)
    assert summary is not None
    assert (summary.level, summary.not_ok) == ("ERROR", ("machine/temperature",))
    content = content_of(Condition(health=summary))
    assert not is_news(content_of(Condition()), content)
    state = build_state(
        content, MapRef("m"), header_id=0, timestamp="2026-03-01T21:30:00.000Z",
        version="2.1.0", manufacturer="sunra", serial_number="g",
    )  # fmt: skip
    (information,) = state.information or []
    said = {r.reference_key: r.reference_value for r in information.info_references or []}
    assert information.info_type == "health"
    assert (said["level"], said["notOk"]) == ("ERROR", "machine/temperature")
    assert (said["temperature_c"], said["seal"]) == ("99.000", "ab" * 32)
    assert {error.error_type for error in state.errors} == {FaultKind.NAVIGATION_LOST.value}


def test_a_driver_that_publishes_diagnostics_too_changes_nothing() -> None:
    heard: dict[str, Callable[[Any], None]] = {}
    node = SimpleNamespace(topic_subscription=heard.__setitem__)
    inputs = VehicleInputs(node, lambda _: None)
    full = judge(Reading(disk_free_mb=100.0, memory_available_mb=4e3, load_per_core=0.1))
    ours = DiagnosticArray(header=header_of(5.0), status=[_status_of(row) for row in full])
    stale = DiagnosticStatus(level=DiagnosticStatus.STALE, name="lidar", hardware_id="A1")
    heard["/diagnostics"](ours)
    before = inputs.condition(6.0, None)
    heard["/diagnostics"](DiagnosticArray(header=header_of(6.0), status=[stale]))
    assert inputs.condition(6.0, None) == before
    assert before.faults == {FaultKind.DISK_FULL}
    assert before.health is not None
    ours.status.append(stale)
    assert summary_of(ours) == before.health


def test_a_state_without_health_says_nothing_of_it() -> None:
    state = build_state(
        StateContent(), MapRef("m"), header_id=0, timestamp="2026-03-01T21:30:00.000Z",
        version="2.1.0", manufacturer="sunra", serial_number="g",
    )  # fmt: skip
    assert state.information is None


def picture(encoding: str, channels: int, **changes: int) -> bytes:
    """A red picture of 8 x 6."""
    red = {"bgr8": (0, 0, 255), "rgb8": (255, 0, 0), "mono8": (76,)}.get(encoding, (1, 2))
    pixels = np.tile(np.array(red, dtype=np.uint8), 48).tobytes()
    sizes = {"height": 6, "width": 8, "step": 8 * channels, **changes}
    message = Image(header=header_of(5.0, "camera"), encoding=encoding, data=pixels, **sizes)
    return bytes(serialize_message(message))


@pytest.mark.parametrize(("encoding", "channels"), [("bgr8", 3), ("rgb8", 3), ("mono8", 1)])
def test_pictures_become_jpeg_of_the_same_colour(encoding: str, channels: int) -> None:
    import cv2

    cdr = compressed(picture(encoding, channels))
    assert cdr is not None
    message = deserialize_message(cdr, CompressedImage)
    assert (message.format, message.header.stamp.sec) == ("jpeg", 5)
    back = cv2.imdecode(np.frombuffer(message.data, np.uint8), cv2.IMREAD_COLOR)
    assert back.shape == (6, 8, 3)
    if channels == 3:
        assert np.abs(back.mean(axis=(0, 1)) - (0, 0, 255)).max() < 12


def test_a_picture_that_is_none_is_passed_over() -> None:
    assert compressed(picture("yuv422", 2)) is None
    assert compressed(picture("bgr8", 3, step=7)) is None
    assert compressed(picture("bgr8", 3, height=7)) is None


def test_the_order_is_recorded_when_it_changes_and_in_every_segment(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    record = OrderRecord(path)
    assert record.due(0) is None
    write_object(path, {"order": "{}", "reached_sequence_id": -1, "paused": False, "ended": False})
    assert record.due(0) == path.read_text()
    assert record.due(0) is None
    assert record.due(1) is not None
    os.utime(path, ns=(1, 1))
    assert record.due(1) is None, "the same order"
    assert record.due(None) is None, "a full disk: nothing is recorded now"
    assert record.due(2) is not None
    path.write_text("{ torn")
    assert record.due(3) is None


def test_an_old_report_of_a_journal_is_told_from_a_new_one() -> None:
    report = bytes(serialize_message(Incident(header=header_of(1000.0), incident_id="a")))
    assert is_recent(report, 1005.0)
    assert not is_recent(report, 1060.0)


def test_a_text_as_cdr_is_what_ros_makes_of_it() -> None:
    from std_msgs.msg import String

    for text in ("", "순찰", "order"):
        assert deserialize_message(string_cdr(text), String).data == text
