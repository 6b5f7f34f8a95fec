"""A tape run anew: the same stages say the same, changed ones are told apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import navigation.safety.gate as gate_module
from navigation.replaying.compare import Difference, differing_faults, differing_values
from navigation.replaying.gate import replay_gate
from navigation.replaying.localization import replay_localization
from navigation.replaying.report import document, lines, replay_tape
from navigation.replaying.tape import Heard, Tape, read_tape
from navigation.types import Command, GnssFix
from patrol.errors import LogError
from patrol.faults import FaultKind
from patrol.geodesy import enu_from_wgs84, wgs84_from_enu
from patrol.map import Zone, ZoneKind
from tests.unit.navigation.localization.drives import ORIGIN
from tests.unit.navigation.replaying.made_tape import START_S, TOWN, Maker
from tests.unit.navigation.safety.gate_hands import FULL as SPEC


@pytest.fixture(scope="module")
def tape() -> Tape:
    """Eleven seconds towards a wall, and the stop before it."""
    return Maker().run(14.0)


def with_values(tape: Tape, topic: str, change: object) -> Tape:
    """The tape with every value of a topic changed."""
    heard = (
        replace(item, value=change(item.value)) if item.topic == topic else item  # type: ignore[operator]
        for item in tape.heard
    )
    return Tape(tape.path, tuple(heard))


def test_the_same_stages_say_the_same(tape: Tape) -> None:
    report = replay_tape(tape, SPEC, TOWN)
    assert report.differences == []
    assert [line.split(":")[0] for line in report.left_out] == ["navigation"]
    assert report.gate is not None
    assert report.localization is not None
    assert report.gate.speed_mps == 0.0
    assert report.gate.steps > 600
    assert report.localization.poses > 300
    assert report.localization.position_m < 0.05
    stop = report.gate.stops[0]
    assert stop.pose_map is not None
    assert stop.pose_map.x_m == pytest.approx(12.0 - SPEC.front_m, abs=1.5)
    assert lines(report)[-1] == "nothing differs"


def test_a_replay_is_the_same_every_time(tape: Tape) -> None:
    assert document(replay_tape(tape, SPEC, TOWN)) == document(replay_tape(tape, SPEC, TOWN))


def test_a_pose_that_a_person_told_is_followed() -> None:
    maker = Maker()
    maker.run(16.1)
    maker.place(y_m=0.8)
    tape = maker.run(4.0)
    replay = replay_localization(tape, SPEC, TOWN)
    assert replay.differences == ()
    (note,) = replay.notes
    assert note.startswith("began anew at 5016.08 s")
    deaf = with_values(tape, "/localization/state", lambda said: replace(said, seed_id=""))
    assert [d.what for d in replay_localization(deaf, SPEC, TOWN).differences] == ["position"]


def test_a_gate_that_stops_elsewhere_is_told_by_its_place(
    tape: Tape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "STOP_MARGIN_M", 3.0)
    found = replay_gate(tape, SPEC).differences
    stops = [d for d in found if d.what.startswith("stop at x")]
    assert {(d.recorded, d.replayed) for d in stops} == {
        ("stops", "drives on"), ("drives on", "stops"),
    }  # fmt: skip
    assert any(d.what == "speed" and d.size and d.size > 0.3 for d in found)
    assert any(d.what == "fault obstacle_in_stop_zone" for d in found)


def test_a_gate_that_forgets_a_limit_is_told_by_the_speed(tape: Tape) -> None:
    faster = with_values(tape, "/cmd_vel_safe", lambda c: Command(0.8 * c.speed_mps, 0.0))
    (difference,) = [d for d in replay_gate(faster, SPEC).differences if d.what == "speed"]
    assert difference.size == pytest.approx(0.2 * 1.2, abs=0.01)
    assert difference.to_s - difference.from_s > 5.0


@pytest.mark.parametrize("seed", range(3))
def test_inputs_heard_a_little_early_change_nothing(tape: Tape, seed: int) -> None:
    rng = np.random.default_rng(seed)
    of_gate = np.array([i.topic in ("/cmd_vel_safe", "/safety/state") for i in tape.heard])
    order = np.arange(len(tape.heard)) + rng.uniform(0.0, 4.0, len(tape.heard)) * of_gate
    shuffled = Tape(tape.path, tuple(tape.heard[i] for i in np.argsort(order, kind="stable")))
    assert replay_gate(shuffled, SPEC).differences == ()


def test_where_a_map_is_given_the_gate_is_replayed_with_its_fence(tape: Tape) -> None:
    assert replay_gate(tape, SPEC, TOWN).differences == ()
    closed = replace(
        TOWN, zones=(Zone("z", ZoneKind.KEEP_OUT, ((4, -3), (9, -3), (9, 3), (4, 3))),)
    )
    found = replay_gate(tape, SPEC, closed).differences
    first = min(found, key=lambda d: d.from_s)
    assert (first.what, first.replayed) == ("speed", "0.000")


def test_a_tape_from_before_the_fence_is_replayed_without(tape: Tape) -> None:
    old = Tape(tape.path, tuple(i for i in tape.heard if i.topic != "/localization/odometry"))
    assert replay_gate(old, SPEC, TOWN).differences == ()


def press_from(begin_s: float, end_s: float) -> Maker:
    return Maker(
        wall_x_m=60.0, pressed=lambda now_s: begin_s <= now_s < end_s, reset_at_s=end_s + 1.0
    )


def test_a_latch_and_its_reset_are_played_as_they_were() -> None:
    tape = press_from(START_S + 4.0, START_S + 5.0).run(10.0)
    replay = replay_gate(tape, SPEC)
    assert replay.differences == ()
    assert len(replay.stops) == 1


def test_what_was_latched_before_the_recording_is_compared_from_its_reset_on() -> None:
    tape = press_from(START_S + 2.0, START_S + 3.0).run(10.0)
    late = Tape(tape.path, tuple(i for i in tape.heard if i.stamp_s > START_S + 3.5))
    replay = replay_gate(late, SPEC)
    assert replay.differences == ()
    assert 200 < replay.steps < 300


def test_an_e_stop_that_the_gate_no_longer_heeds_is_a_fault_that_differs() -> None:
    tape = press_from(START_S + 4.0, START_S + 5.0).run(8.0)
    deaf = with_values(tape, "/base/feedback", lambda base: replace(base, emergency_stop=False))
    found = replay_gate(deaf, SPEC).differences
    (fault,) = [d for d in found if d.what == "fault emergency_stop"]
    assert (fault.recorded, fault.replayed) == ("open", "not open")
    assert fault.from_s == pytest.approx(START_S + 4.0, abs=0.15)


def shifted(fix: GnssFix) -> GnssFix:
    """The fix, a metre to the north."""
    x_m, y_m, z_m = enu_from_wgs84(fix.position, ORIGIN)
    return replace(fix, position=wgs84_from_enu(x_m, y_m + 1.0, z_m, ORIGIN))


def test_a_position_that_differs_is_told_with_its_size(tape: Tape) -> None:
    moved = with_values(
        tape, "/localization/odometry",
        lambda p: replace(p, pose=replace(p.pose, y_m=p.pose.y_m + 0.1 * (p.stamp_s - START_S))),
    )  # fmt: skip
    replay = replay_localization(moved, SPEC, TOWN)
    (position,) = [d for d in replay.differences if d.what == "position"]
    assert position.size == pytest.approx(1.4, abs=0.1)
    assert position.unit == "m"


def test_a_localizer_that_refuses_other_fixes_says_other_faults(tape: Tape) -> None:
    heard: list[Heard] = []
    for item in tape.heard:
        is_moved = item.topic == "/gnss/fix" and item.stamp_s > START_S + 5.0
        heard.append(replace(item, value=shifted(item.value)) if is_moved else item)
    replay = replay_localization(Tape(tape.path, tuple(heard)), SPEC, TOWN)
    assert any(d.what == "fault localization_lost" for d in replay.differences)


def test_stages_without_their_topics_are_named(tape: Tape) -> None:
    blind = Tape(tape.path, tuple(i for i in tape.heard if i.topic != "/scan"))
    report = replay_tape(blind, SPEC, TOWN)
    assert report.gate is None
    assert report.left_out[0] == "gate: not replayed: not on record: /scan"
    without_map = replay_tape(tape, SPEC, None)
    assert without_map.localization is None
    said, _ = without_map.left_out
    assert said == "localization: not replayed: no map.geojson beside it: give --map"


def test_a_tape_for_no_stage_is_refused(tape: Tape) -> None:
    bare = Tape(tape.path, tuple(i for i in tape.heard if i.topic == "/imu/data"))
    with pytest.raises(LogError, match=r"nothing can be replayed: gate: .*; localization: "):
        replay_tape(bare, SPEC, TOWN)


def test_the_document_is_plain_json(tape: Tape) -> None:
    text = json.dumps(document(replay_tape(tape, SPEC, TOWN)), allow_nan=False)
    assert json.loads(text)["same"] is True


def test_a_pose_that_is_no_number_is_a_difference_and_still_plain_json(tape: Tape) -> None:
    broken = with_values(
        tape, "/localization/odometry",
        lambda p: replace(p, pose=replace(p.pose, x_m=float("nan")), covariance=-p.covariance),
    )  # fmt: skip
    report = replay_tape(broken, SPEC, TOWN)
    content = json.loads(json.dumps(document(report), allow_nan=False))
    assert {stop["pose_map"] for stop in content["gate"]["stops"]} == {None}
    assert content["same"] is False
    assert "place unknown" in "\n".join(lines(report))


samples = st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=30)


@given(values=samples, shift=st.integers(-2, 2))
def test_a_row_shifted_within_the_slack_is_the_same(values: Sequence[float], shift: int) -> None:
    row = [(0.02 * n, value) for n, value in enumerate(values)]
    moved = [(stamp_s + 0.02 * shift, value) for stamp_s, value in row]
    assert differing_values(row, moved, 0.05, 1e-9) == ([], 0.0)


@given(values=samples, offset=st.floats(0.2, 1.0))
def test_an_offset_beyond_the_bound_is_found_everywhere(
    values: Sequence[float], offset: float
) -> None:
    row = [(float(n), value) for n, value in enumerate(values)]
    moved = [(stamp_s, value + offset) for stamp_s, value in row]
    found, largest = differing_values(row, moved, 0.1, 0.1)
    assert len(found) == len(row)
    assert largest == pytest.approx(offset)


def test_a_fault_that_one_side_alone_has_is_one_span() -> None:
    lost = frozenset({FaultKind.SCAN_STALE})
    recorded = [(0.1 * n, lost if 10 <= n < 20 else frozenset()) for n in range(40)]
    nothing: list[tuple[float, frozenset[FaultKind]]] = [(s, frozenset()) for s, _ in recorded]
    (found,) = differing_faults("gate", recorded, nothing, 0.05)
    assert isinstance(found, Difference)
    assert (found.from_s, found.to_s) == pytest.approx((1.0, 1.9))
    assert (found.recorded, found.replayed) == ("open", "not open")


BAD = {
    "none.mcap": "no such file",
    "text.mcap": "cannot be read as a recording of ROS 2",
    "empty.mcap": "cannot be read as a recording of ROS 2",
    "log.txt": "is neither an .mcap file nor a folder",
    "folder": "holds no .mcap file",
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_what_is_no_recording_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.mcap").write_text("not a recording")
    (tmp_path / "empty.mcap").touch()
    (tmp_path / "log.txt").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(LogError, match=BAD[name]) as raised:
        read_tape(tmp_path / name, SPEC)
    assert str(tmp_path / name) in str(raised.value)
    assert "\n" not in str(raised.value)
