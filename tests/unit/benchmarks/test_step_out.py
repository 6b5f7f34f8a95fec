"""The benchmark of people who step out: its plan view, its encounters, its judge."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import step_out
from benchmarks.stopping import plan_view
from benchmarks.stopping.course import Course
from benchmarks.stopping.crossing_drive import Instant, drive
from benchmarks.stopping.crossings import KINDS
from benchmarks.stopping.fixed_zone import FixedZone
from benchmarks.stopping.no_foresight import without_foresight
from benchmarks.stopping.plan_view import NO_WALLS
from benchmarks.stopping.step_out import StepOut
from benchmarks.stopping.verdict import End, Proof, Verdict, closing_mps, judge
from benchmarks.stopping.walker import ADULT, CHILD, Walker
from navigation.safety.gate import SafetyGate
from navigation.safety.limits import REACTION_S
from navigation.types import STANDSTILL, GateInputs, GateOutput
from patrol.geometry import Pose2
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
LIDAR = SPEC.lidar
FRONT_M, HALF_M = SPEC.front_m, SPEC.width_m / 2
STRAIGHT = Course(99.0, 0.0, 1.2)
WALL = np.array([(3.0, -1.0, 3.0, 1.0)])  # across the way


class NoGate:
    """Lets everything pass."""

    def step(self, inputs: GateInputs, now_s: float) -> GateOutput:
        assert inputs.command is not None
        return GateOutput(inputs.command, frozenset(), False, math.inf, math.inf)


class ShutGate:
    """Lets nothing pass."""

    def step(self, inputs: GateInputs, now_s: float) -> GateOutput:
        return GateOutput(STANDSTILL, frozenset(), True, 0.0, 0.0)


def walker(x: float, y: float, yaw: float, speed: float = 1.4, sets_off_m: float = 1.0) -> Walker:
    return Walker(ADULT, Pose2(x, y, yaw), speed, sets_off_m)


def encounter(someone: Walker, walls: np.ndarray = NO_WALLS) -> StepOut:
    return StepOut("by hand", STRAIGHT, someone, walls, 1)


def instant(speed: float, yaw_rate: float = 0.0, gap: float = -0.01) -> Instant:
    return Instant(5.0, 1.0, Pose2(0.0, 0.0, 0.0), speed, yaw_rate, gap, True)


# --- what sensors see ---


def test_the_lidar_measures_the_way_to_a_disc_and_not_behind_a_wall() -> None:
    disc = np.array([(5.0, 0.0, 0.1)])
    free = plan_view.lidar_ranges_m(NO_WALLS, disc, LIDAR)
    assert free[LIDAR.rays // 2] == pytest.approx(5.0 - 0.1 - LIDAR.x_m)
    assert np.isinf(free[0])
    hidden = plan_view.lidar_ranges_m(WALL, disc, LIDAR)
    assert hidden[LIDAR.rays // 2] == pytest.approx(3.0 - LIDAR.x_m)
    assert plan_view.is_in_lidar_sight(NO_WALLS, disc, LIDAR)
    assert not plan_view.is_in_lidar_sight(WALL, disc, LIDAR)


def test_the_lidar_is_blind_behind_and_beyond_its_reach() -> None:
    behind = np.array([(-3.0, 0.0, 0.1)])
    assert not plan_view.is_in_lidar_sight(NO_WALLS, behind, LIDAR)
    far = np.array([(LIDAR.x_m + LIDAR.range_max_m + 1.0, 0.0, 0.1)])
    assert not plan_view.is_in_lidar_sight(NO_WALLS, far, LIDAR)
    assert np.isinf(plan_view.lidar_ranges_m(NO_WALLS, far, LIDAR)).all()


def test_a_person_who_looks_round_a_corner_is_in_sight() -> None:
    half_hidden = np.array([(5.0, 2.3, 0.2)])
    assert plan_view.is_in_lidar_sight(WALL, half_hidden, LIDAR)


def test_a_ranger_hears_who_is_in_its_cone_and_not_behind_a_wall() -> None:
    ranger = next(r for r in SPEC.ultrasonics if r.name == "front_middle_left")
    disc = np.array([(ranger.x_m + 2.0, ranger.y_m, 0.1)])
    assert plan_view.echo_m(NO_WALLS, disc, ranger) == pytest.approx(1.9)
    assert math.isinf(plan_view.person_echo_m(WALL, disc, ranger))
    assert plan_view.echo_m(WALL, disc, ranger) == pytest.approx(3.0 - ranger.x_m)
    beside = np.array([(ranger.x_m, ranger.y_m + 2.0, 0.1)])
    assert math.isinf(plan_view.echo_m(NO_WALLS, beside, ranger))


def test_a_wall_beside_the_way_throws_sound_on() -> None:
    ranger = next(r for r in SPEC.ultrasonics if r.name == "front_left")
    beside = np.array([(-5.0, 0.8, 20.0, 0.8)])
    nobody = np.empty((0, 3))
    assert math.isinf(plan_view.echo_m(beside, nobody, ranger))
    ends = np.array([(-5.0, 0.5, ranger.x_m + 2.0, 0.5)])
    assert plan_view.echo_m(ends, nobody, ranger) == pytest.approx(math.hypot(2.0, 0.11))


def test_the_gap_is_to_the_skin_and_to_the_rectangle() -> None:
    discs = np.array([(FRONT_M + 0.5, 0.0, 0.2), (0.0, HALF_M + 1.0, 0.3), (0.5, 0.0, 0.1)])
    gaps = plan_view.outline_gap_m(discs, SPEC)
    assert gaps[:2] == pytest.approx((0.3, 0.7))
    assert gaps[2] < 0.0


# --- encounters ---


def test_a_seed_is_one_encounter() -> None:
    one, again = StepOut.random(5, SPEC), StepOut.random(5, SPEC)
    assert (one.walker, one.course) == (again.walker, again.course)
    assert StepOut.random(5 + len(KINDS), SPEC).walker != one.walker


@pytest.mark.parametrize("seed", range(2 * len(KINDS)))
def test_the_way_is_free_and_the_person_on_a_course_of_collision(seed: int) -> None:
    made = StepOut.random(seed, SPEC)
    assert made.kind == tuple(KINDS)[seed % len(KINDS)]
    assert 0.0 < made.course.speed_mps <= SPEC.speed_cap_mps
    points = plan_view.wall_points(made.walls)
    nearest = math.inf
    for travel_m in np.arange(0.0, 10.0, 0.1):
        base = made.course.place(float(travel_m), 0.0, 0.0)
        if travel_m < 6.0 and len(points):
            near = np.column_stack((plan_view.in_base(points, base), np.zeros(len(points))))
            assert travel_m > 3.0 or np.min(plan_view.outline_gap_m(near, SPEC)) > 0.1
        for moving_s in np.arange(0.0, 5.0, 0.1):
            body = plan_view.discs_in_base(made.walker.body(float(moving_s)), base)
            nearest = min(nearest, float(np.min(plan_view.outline_gap_m(body, SPEC))))
    assert nearest < 0.0


@pytest.mark.parametrize("seed", [0, 1, 2, 8, 9, 10])
def test_who_steps_out_from_behind_something_is_not_in_sight_before(seed: int) -> None:
    instants = drive(StepOut.random(seed, SPEC), SPEC, NoGate())
    assert not [i for i in instants if i.moving_s < 0][-1].in_sight
    assert any(i.in_sight for i in instants)


def test_a_walker_goes_at_their_speed_and_stops_where_they_dawdle() -> None:
    someone = Walker(CHILD, Pose2(1.0, 2.0, math.pi / 2), 2.0, 0.0, stops_after_m=3.0)
    assert someone.place(-math.inf) == someone.start
    assert someone.place(1.0).y_m == pytest.approx(4.0)
    assert someone.place(9.0).y_m == pytest.approx(5.0)


# --- the drive and its judge ---


def test_the_gate_stands_before_somebody_who_stops_in_the_way() -> None:
    made = encounter(replace(walker(6.0, -3.0, math.pi / 2), stops_after_m=3.0))
    instants = drive(made, SPEC, SafetyGate(SPEC))
    assert judge(instants, made.walker, SPEC).end is End.NO_CONTACT
    assert instants[-1].speed_mps < 0.01
    assert max(i.speed_mps for i in instants) == pytest.approx(1.2, abs=0.05)


@pytest.mark.parametrize("speed", [0.0, 1.2])
def test_without_a_gate_it_is_an_avoidable_contact(speed: float) -> None:
    made = encounter(walker(8.0, 0.0, math.pi, max(speed, 1e-9)))
    verdict = judge(drive(made, SPEC, NoGate()), made.walker, SPEC)
    assert verdict.end is End.AVOIDABLE
    assert verdict.proof is not None
    assert verdict.proof.contact_mps == pytest.approx(1.2, abs=0.02)
    assert verdict.proof.shortest_stop_m < verdict.proof.distance_m


def test_who_steps_out_nearer_than_any_brake_can_stop_is_unavoidable() -> None:
    wall = np.array([(-9.0, -0.75, 3.9, -0.75)])
    made = encounter(walker(4.2, -1.4, math.pi / 2, 2.4, sets_off_m=2.2), wall)
    verdict = judge(drive(made, SPEC, NoGate()), made.walker, SPEC)
    assert verdict.end is End.UNAVOIDABLE
    assert verdict.proof is not None
    assert 0.0 < verdict.proof.ideal_mps <= verdict.proof.contact_mps
    assert "an ideal brake touches after" in str(verdict.proof)


def test_who_walks_into_a_standing_vehicle_is_not_run_into() -> None:
    made = encounter(walker(4.0, 0.0, math.pi, sets_off_m=0.0))
    verdict = judge(drive(made, SPEC, ShutGate()), made.walker, SPEC)
    assert verdict.end is End.INTO_STANDING


def test_who_walks_into_the_side_is_listed_apart() -> None:
    made = encounter(walker(3.0, -3.0, math.pi / 2, sets_off_m=0.5))
    verdict = judge(drive(made, SPEC, NoGate()), made.walker, SPEC)
    assert verdict.end is End.INTO_SIDE
    assert verdict.proof is not None
    assert verdict.proof.contact_mps > 1.0


@pytest.mark.parametrize(
    ("x", "y", "yaw_rate", "closes"),
    [(FRONT_M, 0.0, 0.0, 1.0), (0.5, HALF_M, 0.0, 0.0), (0.5, HALF_M, 0.4, 0.2),
     (0.5, -HALF_M, 0.4, -0.2), (-SPEC.rear_overhang_m, 0.0, 0.0, -1.0)],
)  # fmt: skip
def test_what_closes_in_is_the_vehicle_s_own_motion(
    x: float, y: float, yaw_rate: float, closes: float
) -> None:
    off = 0.1 if x == 0.5 else 0.0
    beyond = math.copysign(0.1, x)
    place = Pose2(x + (0.0 if off else beyond), y + math.copysign(off, y), 0.0)
    someone = Walker(replace(ADULT, body=((0.0, 0.0, 0.12),)), place, 0.0, 0.0)
    assert closing_mps(instant(1.0, yaw_rate), someone, SPEC) == pytest.approx(closes, abs=0.01)


def test_the_fixed_zone_stops_for_what_is_within_it_and_no_sooner() -> None:
    made = encounter(walker(5.0, 0.0, 0.0, 1e-9))
    instants = drive(made, SPEC, FixedZone(SPEC))
    stood = next(i for i in instants if i.now_s > 2.0 and i.speed_mps < 0.9)
    assert 0.1 < stood.gap_m < 0.5


def test_without_foresight_it_stops_for_who_is_in_the_way_and_not_for_who_comes() -> None:
    comes = StepOut.random(5, SPEC)
    ends = [judge(drive(comes, SPEC, gate), comes.walker, SPEC).end
            for gate in (SafetyGate(SPEC), without_foresight(SPEC))]  # fmt: skip
    assert ends == [End.NO_CONTACT, End.AVOIDABLE]
    stands = encounter(walker(5.0, 0.0, 0.0, 1e-9))
    instants = drive(stands, SPEC, without_foresight(SPEC))
    assert judge(instants, stands.walker, SPEC).end is End.NO_CONTACT
    assert instants[-1].speed_mps < 0.01


@pytest.mark.parametrize("seed", [231, 511, 1983, 2695, 2807, 3135, 3165])
def test_who_comes_where_the_lidar_does_not_look_meets_it_standing(seed: int) -> None:
    made = StepOut.random(seed, SPEC)
    end = judge(drive(made, SPEC, SafetyGate(SPEC)), made.walker, SPEC).end
    assert end in (End.INTO_STANDING, End.NO_CONTACT)


def test_an_ideal_brake_comes_to_rest_no_sooner_than_the_base_can() -> None:
    """At 2.5 m/s from 1.2 m beside it: the gate braked with the first scan, and it still rolls."""
    made = StepOut.random(188, SPEC)
    verdict = judge(drive(made, SPEC, SafetyGate(SPEC)), made.walker, SPEC)
    assert verdict.end is End.INTO_SIDE
    assert verdict.proof is not None
    assert verdict.proof.contact_mps == pytest.approx(0.05, abs=0.01)
    brakes_s = verdict.proof.speed_mps / SPEC.max_deceleration_mps2
    assert verdict.proof.contact_s < REACTION_S + brakes_s
    assert verdict.proof.ideal_contact_s == pytest.approx(verdict.proof.contact_s)


# --- what is asked of the gate ---


def met(end: End, ideal_contact_s: float | None = None, fastest_mps: float = 1.2) -> step_out.Met:
    proof = Proof(1.0, 1.0, 1.2, 0.7, 0.8, 0.4, ideal_contact_s, 0.0)
    return step_out.Met(encounter(walker(5.0, 0.0, 0.0)), Verdict(end, proof), fastest_mps)


def test_only_who_would_have_met_it_standing_is_held_against_it() -> None:
    assert step_out.could_stand(met(End.INTO_SIDE))
    assert not step_out.could_stand(met(End.INTO_SIDE, 0.4))
    assert not step_out.could_stand(met(End.UNAVOIDABLE))


def test_each_target_can_be_missed() -> None:
    good = [met(End.NO_CONTACT)] * 20
    assert [target.met for target in step_out.targets(good)] == [True, True, True]
    for bad, missed in ((met(End.AVOIDABLE), 0), (met(End.INTO_SIDE), 1)):
        targets = step_out.targets([*good, bad])
        assert [target.met for target in targets] == [i != missed for i in range(3)]
    creeps = [met(End.NO_CONTACT, fastest_mps=0.5)] * 2
    assert [target.met for target in step_out.targets([*good, *creeps])] == [True, True, False]


def test_the_program_meets_the_same_people_with_each_gate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["step_out.py", "--first", "4", "--encounters", "2"])
    assert step_out.main() == 0
    out = capsys.readouterr().out
    assert out.count(": 2 encounters: ") == 4
    assert "the first 2: a fixed zone of 0.5 m 50.0, the gate without foresight 50.0" in out
    assert "the gate 0.0\n" in out
