"""`sunra replay` and `sunra blackbox` on files as the vehicle's recorder writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from patrol_interfaces.msg import LocalizationState, SafetyState
from rclpy.serialization import serialize_message

from fleet_client.black_box.segment_file import RecordedTopic, SegmentFile
from fleet_client.black_box_cli import blackbox_group
from navigation.replay_cli import replay_command
from navigation.replaying.tape import Heard, Tape, read_tape
from patrol.errors import LogError
from patrol.geometry import Pose2
from patrol.map_geojson import save_map
from patrol.topics import drop_topic, topic_row, ultrasonic_topic
from patrol_fleet_client.definitions import definition_of, share_folders
from patrol_ros.convert import (
    message_of_base,
    message_of_command,
    message_of_fix,
    message_of_imu,
    message_of_pose,
    message_of_range,
    message_of_scan,
    message_of_wheels,
)
from patrol_ros.fault_names import names_of
from patrol_ros.stamps import header_of
from tests.unit.navigation.replaying.made_tape import TOWN, Maker
from tests.unit.navigation.safety.gate_hands import FULL as SPEC

ROOT = Path(__file__).parents[3]
RANGERS = {ultrasonic_topic(ranger.name): ranger for ranger in SPEC.ultrasonics} | {
    drop_topic(ranger.name): ranger for ranger in SPEC.drop_rangers
}


def message_of(item: Heard) -> Any:
    """The ROS message that the vehicle would have sent."""
    value, topic = item.value, item.topic
    if topic in RANGERS:
        return message_of_range(value.range_m, RANGERS[topic], value.stamp_s)
    if topic in ("/cmd_vel", "/cmd_vel_safe"):
        return message_of_command(value, item.stamp_s)
    if topic == "/wheel/odometry":
        return message_of_wheels(value, Pose2(0.0, 0.0, 0.0), SPEC.wheelbase_m)
    if topic in ("/safety/state", "/localization/state"):
        kind = SafetyState if topic == "/safety/state" else LocalizationState
        message = kind(header=header_of(item.stamp_s), faults=names_of(value.faults))
        if topic == "/safety/state":
            message.latched = value.latched
        return message
    makers = {
        "/scan": message_of_scan,
        "/base/feedback": message_of_base,
        "/imu/data": message_of_imu,
        "/gnss/fix": message_of_fix,
        "/localization/odometry": message_of_pose,
    }
    return makers[topic](value)


def write(
    path: Path, heard: Iterable[Heard], *, definitions: bool = True, from_s: float = 0.0
) -> Path:
    """A segment of the ring with these messages."""
    items = list(heard)
    kinds = {item.topic: topic_row(item.topic).type for item in items}
    folders = share_folders() if definitions else []
    topics = [RecordedTopic(name, k, definition_of(k, folders)) for name, k in kinds.items()]
    file = SegmentFile(path, topics)
    for number, item in enumerate(items):
        cdr = serialize_message(message_of(item))
        file.write(item.topic, cdr, 1.7e9 + from_s + 1e-4 * number, item.stamp_s)
    return file.close().path


@pytest.fixture(scope="module")
def tape() -> Tape:
    return Maker().run(13.0)


@pytest.fixture(scope="module")
def folder(tape: Tape, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two segments with the map beside them."""
    path = tmp_path_factory.mktemp("seal")
    half = len(tape.heard) // 2
    write(path / "00000000-20260101T000000Z.mcap", tape.heard[:half])
    write(path / "00000001-20260101T000030Z.mcap", tape.heard[half:], from_s=30.0)
    save_map(TOWN, path / "map.geojson")
    return path


def test_segments_come_back_as_one_tape(tape: Tape, folder: Path) -> None:
    back = read_tape(folder, SPEC)
    assert back.counts == tape.counts
    assert [i.stamp_s for i in back.heard] == pytest.approx([i.stamp_s for i in tape.heard])


def test_a_replay_of_a_folder_says_that_nothing_differs(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    result = CliRunner().invoke(replay_command, [str(folder), "--json", str(out)])
    assert result.exit_code == 0, result.output
    assert "nothing differs" in result.output
    report = json.loads(out.read_text())
    assert report["same"] is True
    assert report["gate"]["commands"] > 550
    assert report["localization"]["position_m"] < 0.05


def test_a_vehicle_file_with_weaker_brakes_stops_elsewhere(folder: Path, tmp_path: Path) -> None:
    goalie = (ROOT / "config/vehicles/goalie.yaml").read_text(encoding="utf-8")
    lines = [
        "comfort_deceleration_mps2: 0.3" if line.startswith("comfort_deceleration") else line
        for line in goalie.splitlines()
    ]
    weak = tmp_path / "weak.yaml"
    weak.write_text("\n".join(lines), encoding="utf-8")
    result = CliRunner().invoke(replay_command, [str(folder), "--vehicle", str(weak)])
    assert result.exit_code == 1, result.output
    assert re.search(r"^\d+ differences?:$", result.output, re.MULTILINE)
    assert "gate" in result.output


def test_a_file_without_a_map_replays_the_gate_alone(tape: Tape, tmp_path: Path) -> None:
    path = write(tmp_path / "00000000-20260101T000000Z.mcap", tape.heard)
    result = CliRunner().invoke(replay_command, [str(path)])
    assert result.exit_code == 0, result.output
    assert "localization: not replayed: no map.geojson beside it" in result.output


def test_a_recording_with_other_topics_alone_names_them(tape: Tape, tmp_path: Path) -> None:
    kind = "std_msgs/msg/String"
    topics = [RecordedTopic("/chatter", kind, definition_of(kind, share_folders()))]
    file = SegmentFile(tmp_path / "00000000-20260101T000000Z.mcap", topics)
    file.write("/chatter", b"\0\1\0\0\1\0\0\0\0", 1.7e9, 1.7e9)
    with pytest.raises(LogError, match=r"holds no topic that a stage .*; there: /chatter"):
        read_tape(file.close().path, SPEC)


def test_unknown_definitions_are_one_line(tape: Tape, tmp_path: Path) -> None:
    heard = [item for item in tape.heard if item.topic == "/base/feedback"]
    path = write(tmp_path / "00000000-20260101T000000Z.mcap", heard, definitions=False)
    with pytest.raises(LogError, match="cannot be read as a recording of ROS 2") as raised:
        read_tape(path, SPEC)
    assert "\n" not in str(raised.value)


def test_a_truncated_file_is_one_line(folder: Path, tmp_path: Path) -> None:
    whole = next(iter(sorted(folder.glob("*.mcap"))))
    (tmp_path / "cut.mcap").write_bytes(whole.read_bytes()[:30_000])
    with pytest.raises(LogError, match=r"cut\.mcap: cannot be read"):
        read_tape(tmp_path / "cut.mcap", SPEC)


def test_a_topic_of_another_type_is_named(tape: Tape, tmp_path: Path) -> None:
    kind = "std_msgs/msg/String"
    topics = [RecordedTopic("/scan", kind, definition_of(kind, share_folders()))]
    file = SegmentFile(tmp_path / "00000000-20260101T000000Z.mcap", topics)
    file.write("/scan", b"\0\1\0\0\1\0\0\0\0", 1.7e9, 1.7e9)
    with pytest.raises(LogError, match="/scan: is std_msgs/msg/String, not sensor_msgs"):
        read_tape(file.close().path, SPEC)


def test_the_command_that_verifies_refuses_what_is_no_seal(tmp_path: Path) -> None:
    result = CliRunner().invoke(blackbox_group, ["verify", str(tmp_path)])
    assert isinstance(result.exception, LogError)
    assert CliRunner().invoke(blackbox_group, ["list", str(tmp_path)]).output == (
        "0 seals, 0.0 MB\n"
    )
