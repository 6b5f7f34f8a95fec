"""What each expectation makes of a run; runs here are written by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigation.types import Mode
from patrol.faults import FAULTS, FaultKind, Response, strongest_response
from patrol.geometry import Pose2
from patrol.incident import AnomalyKind
from patrol.map import WayClass
from patrol.map_geojson import load_map
from patrol.signals import SignalLight
from simulation.scenarios.expect_driving import (
    BatteryAtLeast,
    DoesNotFinish,
    DrivesOn,
    EndsIn,
    Finishes,
    NoContact,
    Reaches,
    Stands,
    Stops,
)
from simulation.scenarios.expect_faults import FaultOpens, Latches, NoFault, Responds
from simulation.scenarios.expect_room import AllDelivered, Monitored, NoIncident, Reported
from simulation.scenarios.expect_space import (
    CrossesOnWalk,
    CrossTrack,
    KeepsAway,
    Localized,
    SpeedAtMost,
    StaysInside,
)
from simulation.scenarios.trace import Mark, RoomFigures, Sample, Trace

GROUND = load_map(Path(__file__).parents[4] / "maps" / "proving_ground.geojson")
SCAN = FaultKind.SCAN_STALE
NONE: frozenset[FaultKind] = frozenset()


def trace_of(
    speed: Callable[[float], float],
    seconds: float = 20.0,
    faults: Callable[[float], frozenset[FaultKind]] = lambda _: NONE,
    mode: Callable[[float], Mode] = lambda _: Mode.DRIVING,
    y_m: float = 0.0,
) -> Trace:
    """A run along the street from x = 20 m, at a speed by time."""
    trace, x_m = Trace(GROUND), 20.0
    for i in range(round(seconds / 0.05)):
        t_s = round(0.05 * i, 3)
        x_m += speed(t_s) * 0.05
        open_now = faults(t_s)
        trace.samples.append(
            Sample(t_s, Pose2(x_m, y_m, 0.0), speed(t_s), Pose2(x_m + 0.1, y_m, 0.0),
                   mode(t_s), open_now, strongest_response(open_now), bool(open_now), 0.05, 80.0,
                   "o1", "")
        )  # fmt: skip
    trace.ended_s = seconds
    return trace


def stopping(at_s: float, until_s: float = 1e9) -> Callable[[float], float]:
    return lambda t: max(0.0, 1.0 - 2 * (t - at_s)) if at_s <= t < until_s else 1.0


def passes(expectation: object, trace: Trace) -> bool:
    return bool(expectation.judge(trace).passed)  # type: ignore[attr-defined]


@given(st.floats(1.0, 8.0), st.floats(0.1, 3.0))
def test_a_stop_is_judged_by_time_and_distance(at_s: float, slack: float) -> None:
    trace = trace_of(stopping(at_s))
    trace.marks["push"] = Mark("push", at_s)
    assert passes(Stops("push", within_s=0.6 + slack, within_m=0.3 + slack), trace)
    assert not passes(Stops("push", within_s=0.3), trace)
    assert not passes(Stops("push", within_s=3.0, within_m=0.1), trace)


def test_an_event_that_never_came_fails_what_waits_for_it() -> None:
    verdict = Stops("push", 1.0).judge(trace_of(lambda _: 0.0))
    assert not verdict.passed
    assert verdict.detail == "push never took place"


def test_standing_allows_no_creeping() -> None:
    trace = trace_of(stopping(4.0, until_s=15.0))
    trace.marks |= {"stop": Mark("stop", 4.0), "go": Mark("go", 15.0)}
    assert passes(Stands("stop", until="go"), trace)
    assert not passes(Stands("stop"), trace)
    assert passes(DrivesOn("go", 1.0), trace)
    creeping = trace_of(lambda t: 1.0 if t < 4 else 0.04)
    creeping.marks["stop"] = Mark("stop", 4.0)
    assert not passes(Stands("stop"), creeping)


def test_finishing_counts_from_when_it_stays_finished() -> None:
    trace = trace_of(lambda _: 0.0, mode=lambda t: Mode.FINISHED if t > 12 else Mode.DRIVING)
    assert passes(Finishes(12.1), trace)
    assert not passes(Finishes(11.0), trace)
    assert not passes(DoesNotFinish(), trace)
    assert passes(EndsIn(Mode.FINISHED), trace)
    driving = trace_of(lambda _: 1.0)
    assert passes(DoesNotFinish(), driving)
    assert not passes(Finishes(20.0), driving)


def test_a_checkpoint_counts_when_its_action_is_done() -> None:
    trace = trace_of(lambda _: 1.0)
    trace.checkpoint_visits["cp-street"] = 9.0
    assert passes(Reaches(10.0, checkpoint="cp-street"), trace)
    assert not passes(Reaches(8.0, checkpoint="cp-street"), trace)
    assert not passes(Reaches(10.0, node=4), trace)


def test_contacts_battery_and_errors() -> None:
    trace = trace_of(lambda _: 1.0)
    assert passes(NoContact(), trace)
    trace.contacts.append((3.0, "building b"))
    assert not passes(NoContact(), trace)
    assert passes(BatteryAtLeast(80.0), trace)
    assert not passes(BatteryAtLeast(81.0), trace)
    assert passes(CrossTrack(0.06), trace)
    assert not passes(CrossTrack(0.04), trace)
    assert passes(Localized(0.11), trace)
    assert not passes(Localized(0.09), trace)


def test_speed_limits_hold_where_and_when_they_apply() -> None:
    trace = trace_of(lambda t: 1.3 if t < 10 else 0.5)
    assert passes(SpeedAtMost(1.3), trace)
    assert not passes(SpeedAtMost(1.0), trace)
    assert passes(SpeedAtMost(1.3, way_class=WayClass.STREET), trace)
    assert not passes(SpeedAtMost(1.3, way_class=WayClass.ALLEY), trace)
    trace.marks["slow"] = Mark("slow", 9.0, 19.0)
    assert passes(SpeedAtMost(0.5, after="slow", settle_s=2.0), trace)


def test_leaving_an_area_is_seen() -> None:
    assert passes(StaysInside(zone="operating-area"), trace_of(lambda _: 1.0))
    assert not passes(StaysInside(zone="operating-area"), trace_of(lambda _: 10.0))
    assert not passes(StaysInside(corridor_m=0.04), trace_of(lambda _: 1.0))


def test_distance_to_an_actor_counts_while_driving() -> None:
    trace = trace_of(stopping(5.0))
    trace.actors = [(2.0, {"anna": (24.0, 0.0)}), (10.0, {"anna": (25.3, 0.5)})]
    assert passes(KeepsAway("anna", 1.9), trace)  # she is nearer only while the vehicle stands
    assert not passes(KeepsAway("anna", 2.5), trace)


@pytest.mark.parametrize(("light", "good"), [(SignalLight.WALK, True), ("dont_walk", False)])
def test_a_crosswalk_is_entered_on_green(light: SignalLight, good: bool) -> None:
    trace = Trace(GROUND, ended_s=10.0)
    trace.lights = [(0.0, {"cw-signalled": SignalLight(light)})]
    base = trace_of(lambda _: 1.0).samples[0]
    trace.samples = [
        Sample(*(float(t), Pose2(100.0, -2.0 + t, 1.57), *base_tail(base))) for t in range(10)
    ]
    assert passes(CrossesOnWalk("cw-signalled"), trace) is good


def base_tail(sample: Sample) -> tuple[object, ...]:
    names = [name for name in Sample.__slots__ if name not in ("t_s", "pose")]
    return tuple(getattr(sample, name) for name in names)


def test_a_fault_opens_and_closes_in_time() -> None:
    trace = trace_of(lambda _: 1.0, faults=lambda t: frozenset({SCAN}) if 5.3 <= t < 9 else NONE)
    trace.marks["lost"] = Mark("lost", 5.0, 8.0)
    assert passes(FaultOpens(SCAN, "lost", 0.4, 1.1), trace)
    assert not passes(FaultOpens(SCAN, "lost", 0.2), trace)
    assert not passes(FaultOpens(SCAN, "lost", 0.4, 0.5), trace)
    assert not passes(FaultOpens(FaultKind.TILT, "lost", 5.0), trace)
    assert not passes(NoFault(), trace)
    assert passes(NoFault((FaultKind.TILT,)), trace)


@pytest.mark.parametrize("kind", list(FaultKind))
def test_the_response_due_is_the_one_of_the_table(kind: FaultKind) -> None:
    def open_now(t_s: float) -> frozenset[FaultKind]:
        return frozenset({kind}) if 5.0 <= t_s < 12.0 else NONE

    def right(t_s: float) -> float:
        response = FAULTS[kind].response
        if t_s < 5.0 or response < Response.SLOW:
            return 1.0
        if response < Response.STOP:
            return 0.5 if t_s > 7 else 1.0
        return max(0.0, 1.0 - 2 * (t_s - 5.0))

    def wrong(t_s: float) -> float:
        return 0.0 if t_s > 5 and FAULTS[kind].response < Response.SLOW else 1.0

    due = Responds("cause", kind)
    good, bad = trace_of(right, faults=open_now), trace_of(wrong, faults=open_now)
    bad_mode = trace_of(right, faults=open_now, mode=lambda _: Mode.STOPPED)
    for trace in (good, bad, bad_mode):
        trace.marks["cause"] = Mark("cause", 5.0, 12.0)
    assert passes(due, good)
    if FAULTS[kind].response >= Response.SLOW:
        assert not passes(due, bad)
    else:
        assert not passes(due, bad_mode)


def test_a_latch_that_opens_early_is_seen() -> None:
    held = frozenset({FaultKind.EMERGENCY_STOP})
    trace = trace_of(stopping(5.0), faults=lambda t: held if 5 <= t < 15 else NONE)
    trace.marks |= {"button": Mark("button", 5.0, 8.0), "reset": Mark("reset", 15.0)}
    assert passes(Latches("button", until="reset"), trace)
    assert not passes(Latches("button"), trace)


def test_the_control_room_counts() -> None:
    trace = trace_of(lambda _: 1.0)
    trace.room = RoomFigures(states=10, missing=1, largest_gap_s=1.2, reported={"link_lost"})
    assert passes(AllDelivered(), trace)
    assert passes(Monitored(1.5), trace)
    assert not passes(Monitored(1.0), trace)
    assert passes(Reported("link_lost"), trace)
    assert not passes(Reported("tilt"), trace)
    trace.room.missing = 3
    assert not passes(AllDelivered(), trace)
    assert passes(NoIncident(AnomalyKind.COLLAPSED_PERSON), trace)
