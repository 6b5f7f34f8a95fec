"""Pace of the world, the last pose, health, recordings, outcomes of goals."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from mcap.reader import make_reader

from fleet_client.black_box.segment_file import RecordedTopic, SegmentFile
from navigation.types import Mode, NavigationState
from patrol.clock import SimClock
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.geometry import Pose2, StampedPose
from patrol.vda5050.messages import ActionState, NodeState
from patrol_fleet_client.convert import faults_of_diagnostics
from patrol_fleet_client.definitions import definition_of, share_folders
from patrol_fleet_client.health import Level, Reading, judge
from patrol_fleet_client.health_node import _status_of
from patrol_localization.seed import load_seed, save_pose
from patrol_navigation.convert import action_of, message_of_state
from patrol_navigation.goals import OpenGoal, outcome_of
from patrol_simulation.pace import CATCH_UP, Pace

STEP_S = 0.02


def drive(pace: Pace, clock: SimClock, steps: int, work_s: float) -> None:
    for _ in range(steps):
        clock.advance(work_s)
        clock.advance(pace.advance(STEP_S))


@pytest.mark.parametrize("factor", [0.5, 1.0, 4.0])
def test_the_world_keeps_its_pace_without_drift(factor: float) -> None:
    clock = SimClock()
    pace = Pace(factor, clock)
    drive(pace, clock, 10_000, 0.003)
    assert clock.monotonic_s() == pytest.approx(10_000 * STEP_S / factor, abs=0.02)
    assert pace.overall_factor == pytest.approx(factor, rel=1e-3)


def test_lost_time_is_made_up_for_gently() -> None:
    clock = SimClock()
    pace = Pace(1.0, clock)
    drive(pace, clock, 10, 0.001)
    clock.advance(0.5)
    begin_s = clock.monotonic_s()
    drive(pace, clock, 50, 0.0)
    assert clock.monotonic_s() - begin_s >= 49 * STEP_S / CATCH_UP - 1e-9
    drive(pace, clock, 1000, 0.0)
    assert pace.overall_factor == pytest.approx(1.0, abs=2e-3)


def test_a_machine_that_is_too_slow_says_so() -> None:
    clock = SimClock()
    pace = Pace(1.0, clock)
    drive(pace, clock, 2000, 0.04)
    assert pace.recent_factor == pytest.approx(0.5, abs=0.01)


def stamped(stamp_s: float = 100.0) -> StampedPose:
    return StampedPose(stamp_s, Pose2(1.0, 2.0, 0.5), np.eye(3))


def test_the_last_pose_comes_back_less_certain_with_age(tmp_path: Path) -> None:
    path = tmp_path / "pose.json"
    save_pose(path, "m", stamped(), 0.05)
    young, old = load_seed(path, "m", 101.0), load_seed(path, "m", 1000.0)
    assert young is not None
    assert old is not None
    assert young.pose == stamped().pose
    assert 0.05 < young.sigma_m < old.sigma_m < 4.0


def test_a_pose_of_another_map_or_of_the_future_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "pose.json"
    save_pose(path, "m", stamped(), 0.05)
    assert load_seed(path, "other", 101.0) is None
    assert load_seed(path, "m", 99.0) is None
    path.write_text('{"map_id": "m", "stamp_s": 1}')
    assert load_seed(path, "m", 99.0) is None


def test_a_full_disk_is_a_fault_on_the_wire() -> None:
    findings = judge(Reading(disk_free_mb=100.0, memory_available_mb=100.0, load_per_core=0.1))
    assert [f.level for f in findings[:3]] == [Level.ERROR, Level.WARN, Level.OK]
    message = DiagnosticArray(status=[_status_of(finding) for finding in findings])
    assert faults_of_diagnostics(message) == {FaultKind.DISK_FULL}


def test_a_healthy_machine_has_no_faults() -> None:
    findings = judge(Reading(50_000.0, 4_000.0, 0.5, 40.0, 55.0, 0.001))
    assert {f.level for f in findings} == {Level.OK}
    assert (
        faults_of_diagnostics(DiagnosticArray(status=[_status_of(f) for f in findings])) == set()
    )


def test_a_recording_holds_bytes_and_their_definition(tmp_path: Path) -> None:
    kind = "patrol_interfaces/msg/NavigationState"
    topic = RecordedTopic("/navigation/state", kind, definition_of(kind, share_folders()))
    recording = SegmentFile(tmp_path / "r.mcap", [topic])
    recording.write("/navigation/state", b"\x00\x01\x00\x00abc", 20.0, 10.0)
    with recording.close().path.open("rb") as stream:
        ((schema, channel, message),) = make_reader(stream).iter_messages()
    assert channel.topic == "/navigation/state"
    assert message.data == b"\x00\x01\x00\x00abc"
    assert (message.log_time, message.publish_time) == (20_000_000_000, 10_000_000_000)
    text = schema.data.decode()
    for used in ("MSG: patrol_interfaces/RouteNode", "MSG: std_msgs/Header", "MSG: builtin_in"):
        assert used in text


NODE_AHEAD = NodeState(node_id="1", sequence_id=2, released=True)
FAILED_ACTION = ActionState(action_id="a", action_status="FAILED")
RUNNING_ACTION = ActionState(action_id="a", action_status="RUNNING")


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (NavigationState(order_id="o", mode=Mode.DRIVING, node_states=(NODE_AHEAD,)), None),
        (NavigationState(order_id="o", mode=Mode.WAITING), None),
        (NavigationState(order_id="o", mode=Mode.FINISHED), "finished"),
        (
            NavigationState(order_id="o", mode=Mode.FINISHED, action_states=(FAILED_ACTION,)),
            "failed",
        ),
        (NavigationState(order_id="o", mode=Mode.CHARGING), "finished"),
        (
            NavigationState(order_id="o", mode=Mode.CHARGING, action_states=(RUNNING_ACTION,)),
            None,
        ),
        (
            NavigationState(order_id="o", mode=Mode.CHARGING, node_states=(NODE_AHEAD,)),
            None,
        ),
        (NavigationState(order_id="o", mode=Mode.IDLE), "cancelled"),
        (NavigationState(order_id="o", order_update_id=1, mode=Mode.DRIVING), "superseded"),
        (NavigationState(order_id="other", mode=Mode.DRIVING), "superseded"),
    ],
)
def test_every_goal_gets_its_outcome(state: NavigationState, outcome: str | None) -> None:
    assert outcome_of(OpenGoal("o", 0), state) == outcome


def test_navigation_state_reaches_the_wire() -> None:
    state = NavigationState(
        order_id="o",
        node_states=(NODE_AHEAD,),
        action_states=(RUNNING_ACTION,),
        mode=Mode.DWELLING,
        faults=frozenset({FaultKind.GNSS_LOST}),
        cross_track_error_m=-0.1,
    )
    message = message_of_state(state, "boot", 1.5)
    assert (message.mode, message.boot_id, message.faults) == ("DWELLING", "boot", ["gnss_lost"])
    assert message.node_states[0].sequence_id == 2
    assert message.action_states[0].status == "RUNNING"
    assert math.isclose(message.cross_track_error_m, -0.1)


@pytest.mark.parametrize("text", ["", "{}", '{"actionType": 1}'])
def test_a_broken_instant_action_is_refused(text: str) -> None:
    with pytest.raises(OrderError):
        action_of(text)
