"""Mutation test of the safety gate: every listed change of its source must fail a gate test.

A mutant is the gate's source with one piece of text replaced, executed in memory. A mutant that
all tests of test_gate.py and test_gate_low_things.py pass is a hole in these tests. Each text must
stand in the source exactly once, so the list cannot quietly go out of date.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import navigation.safety
from tests.unit.navigation.safety import test_gate, test_gate_low_things

SOURCES = Path(navigation.safety.__file__).parent

MUTATIONS: dict[str, list[tuple[str, str]]] = {
    "watch": [
        ("-CLOCK_SLACK_S <= now_s", "-math.inf <= now_s"),
        ("stamp_s is not None and -CLOCK", "stamp_s is None or -CLOCK"),
        ("now_s - stamp_s <= max_age_s", "now_s - stamp_s >= max_age_s"),
        ("now_s - stamp_s <= max_age_s", "now_s - stamp_s <= 2 * max_age_s"),
        ("FROZEN_AFTER_S = 0.3", "FROZEN_AFTER_S = 0.2"),
        ("FROZEN_AFTER_S = 0.3", "FROZEN_AFTER_S = 0.4"),
        ("RESOLUTION_M = 0.001", "RESOLUTION_M = 0.0"),
        ("math.isinf(range_m) or 0", "0"),
        ("or 0 <= range_m", "or -9 <= range_m"),
        ("range_m <= ranger.range_max_m + RES", "range_m <= 9 + RES"),
        ("0 <= range_m <= ranger", "not range_m > ranger"),
        ("ranger.range_min_m + RESOLUTION_M < range_m < math.inf", "range_m < math.inf"),
        ("ranger.range_min_m + RESOLUTION_M < range_m < math.inf", "range_m <= math.inf"),
        ("elapsed_s if abs(speed_mps) > MOVING_MPS else 0.0", "elapsed_s"),
        ("{FaultKind.SCAN_FROZEN} if", "set() if"),
        ("or _differ(self._scan, scan)", ""),
        ("return not same or not", "return not same or"),
        ("not same or not np.any(np.isfinite(now.ranges_m))", "not same"),
        ("self._scan_same_s > FROZEN_AFTER_S", "False"),
        ("sample is None or not is_fresh", "sample is not None and not is_fresh"),
        ("or not is_fresh(sample.stamp_s, max_age_s, now_s)", ""),
        ("if not is_possible(sample.range_m, ranger)", "if False"),
        ("sample.range_m, 0.0\n", "sample.range_m, self._range_same_s[name]\n"),
        ("self._range_same_s[name] += moving_s", "pass"),
        ("{FaultKind.ULTRASONIC_FROZEN} if frozen", "set() if frozen"),
    ],
    "low_things": [
        ("max(range_m, ranger.range_min_m)", "range_m"),
        ("half = ranger.cone_rad / 2", "half = 0.0"),
        ("near_m = range_m * math.cos(half)", "near_m = range_m"),
        ("bearing = ranger.yaw_rad +", "bearing ="),
        ("ranger.y_m + near_m", "near_m"),
        ("under_m = max(0.0, ranger.z_m - LOWEST_M)", "under_m = 0.0"),
        ("ahead >= slant *", "ahead <= slant *"),
        ("in_cone & (distance <= _heard_to_m(range_m, ranger))", "in_cone"),
        ("in_cone & (distance <=", "(distance <="),
        ("near_cone & (np.abs", "(np.abs"),
        ("distance - range_m) <= LIDAR_AGREES_M", "distance - range_m) <= 9.0"),
        ("KEEP_S = 30.0", "KEEP_S = 15.0"),
        ("KEEP_S = 30.0", "KEEP_S = 60.0"),
        ("KEEP_WITHIN_M = 4.5", "KEEP_WITHIN_M = 0.5"),
        ("MANY = 300", "MANY = 300_000"),
        ("if 0 <= elapsed_s <= GAP_S", "if 0 <= elapsed_s"),
        ("if 0 <= elapsed_s <= GAP_S", "if False"),
        ("speed_mps * elapsed_s, curvature", "0.0, curvature"),
        ("or not is_possible(sample.range_m, ranger)", ""),
        ("last is None or last.stamp_s != sample.stamp_s", "last is None"),
        ("self._keep(~own | self._is_low[index])", "self._keep(~own)"),
        ("self._keep(~own | self._is_low[index])", "pass"),
        ("last.range_m == range_m and math.isfinite(range_m)", "last.range_m == range_m"),
        ("self._keep(~gone | (self._owner != _REMEMBERED))", "pass"),
        ("~gone | (self._owner != _REMEMBERED)", "~gone"),
        ("return ranger.range_max_m * cos", "return 0.0"),
        ("range_m * cos + SAME_THING_M", "range_m * cos - SAME_THING_M"),
        ("dy * math.sin(ranger.yaw_rad)", "0.0"),
    ],
    "gate": [
        # freshness
        ('TOPICS["/cmd_vel"].max_age_s', 'TOPICS["/gnss/fix"].max_age_s'),
        ('TOPICS["/scan"].max_age_s', 'TOPICS["/gnss/fix"].max_age_s'),
        ('TOPICS["/base/feedback"].max_age_s', 'TOPICS["/gnss/fix"].max_age_s'),
        ("not is_fresh(inputs.command_stamp_s", "is_fresh(inputs.command_stamp_s"),
        ("not is_fresh(scan.stamp_s", "is_fresh(scan.stamp_s"),
        ("not is_fresh(base.stamp_s", "is_fresh(base.stamp_s"),
        ("faults.add(FaultKind.COMMAND_STALE)", "pass"),
        ("faults.add(FaultKind.COMMAND_INVALID)", "pass"),
        ("faults.add(FaultKind.SCAN_STALE)", "pass"),
        ("elif not command.is_finite", "elif command.is_finite"),
        # a lidar that sees nothing
        ("or not is_seeing(scan)", ""),
        ("if len(scan.ranges_m) == 0", "if len(scan.ranges_m) < 0"),
        ("~(scan.ranges_m >= scan.range_min_m)", "scan.ranges_m < scan.range_min_m"),
        ("scan.ranges_m >= scan.range_min_m", "scan.ranges_m >= 0"),
        ("blind <= MAX_BLIND_SHARE", "blind >= MAX_BLIND_SHARE"),
        ("MAX_BLIND_SHARE = 0.1", "MAX_BLIND_SHARE = 0.2"),
        ("MAX_BLIND_SHARE = 0.1", "MAX_BLIND_SHARE = 0.01"),
        # the base
        ("math.isfinite(base.speed_mps) and", ""),
        ("and math.isfinite(base.steering_rad)", ""),
        ("base.emergency_stop", "not base.emergency_stop"),
        ("faults.add(FaultKind.EMERGENCY_STOP)", "pass"),
        ("is_level(base.roll_rad) and", ""),
        ("and is_level(base.pitch_rad)", ""),
        ("is_level(base.roll_rad) and is_level", "is_level(base.roll_rad) or is_level"),
        ("abs(tilt_rad) <= MAX_TILT_RAD", "tilt_rad <= MAX_TILT_RAD"),
        ("abs(tilt_rad) <= MAX_TILT_RAD", "not abs(tilt_rad) > MAX_TILT_RAD"),
        ("math.radians(20.0)", "math.radians(25.0)"),
        ("math.radians(20.0)", "math.radians(15.0)"),
        # the latch
        ("is Response.STOP_AND_LATCH", "is Response.STOP"),
        ("is Response.STOP_AND_LATCH", ">= Response.STOP"),
        ("self._latched |= self._causes", "self._latched = self._causes"),
        ("if faults or self._latched or", "if faults or"),
        ("if faults or self._latched or", "if self._latched or"),
        ("faults | self._latched, 0.0", "faults, 0.0"),
        ("        if self._causes:\n", "        if False:\n"),
        ("        if self._causes:\n", "        if not self._causes:\n"),
        ("        self._latched = frozenset()\n        return True", "        return True"),
        ("frozenset()\n        return True", "frozenset()\n        return False"),
        ("faults, bool(self._latched), limit", "faults, False, limit"),
        # speed
        ("min(around.limit_mps, self._spec.speed_cap_mps)", "around.limit_mps + 1.0"),
        ("min(around.limit_mps, self._spec.speed_cap_mps)", "self._spec.speed_cap_mps"),
        ("self._spec.max_lateral_acceleration_mps2", "9.0"),
        ("if wanted.speed_mps < 0:", "if wanted.speed_mps > 0:"),
        ("if wanted.speed_mps < 0:", "if False:"),
        ("REVERSE_CAP_MPS = 0.3", "REVERSE_CAP_MPS = 0.6"),
        ("rolling + self._spec", "rolling - self._spec"),
        ("rolling + self._spec", "1.0 + self._spec"),
        ("self._spec.max_acceleration_mps2 * dt", "self._spec.max_deceleration_mps2 * dt"),
        ("max(self._last_speed_mps, abs", "min(self._last_speed_mps, abs"),
        ("max(self._last_speed_mps, abs(base.speed_mps))", "self._last_speed_mps"),
        ("max(self._last_speed_mps, abs(base.speed_mps))", "abs(base.speed_mps)"),
        (
            "        self._last_speed_mps = 0.0\n        self._blocked = b",
            "        self._blocked = b",
        ),
        ("min(max(now_s - last_s, 0.0), MAX_STEP_S)", "max(now_s - last_s, 0.0)"),
        ("min(max(now_s - last_s, 0.0), MAX_STEP_S)", "min(now_s - last_s, MAX_STEP_S)"),
        ("command = at_speed(wanted, limit_now)", "command = wanted"),
        ("wanted = steerable(command, self._spec)", "wanted = command"),
        ("wanted.speed_mps * base.speed_mps < 0", "wanted.speed_mps * base.speed_mps > 0"),
        ("wanted.speed_mps * base.speed_mps < 0", "False"),
        ("and abs(base.speed_mps) > STANDING_MPS", ""),
        ("        if wanted.speed_mps == 0:\n", "        if False:\n"),
        ("return GateOutput(STANDSTILL,", "return GateOutput(Command(0.1, 0.0),"),
        # obstacles
        ("        if self._is_blocked(around):", "        if False:"),
        ("frozenset({FaultKind.OBSTACLE_IN_STOP_ZONE})", "frozenset()"),
        ("around.inside_stop_zone or", ""),
        ("or (self._blocked and around.limit_mps < RESTART_MPS)", ""),
        ("self._blocked and around.limit_mps <", "self._blocked or around.limit_mps <"),
        ("around.limit_mps < RESTART_MPS", "around.limit_mps > RESTART_MPS"),
        ("around.clear_m, blocked=True", "around.clear_m, blocked=False"),
        ("RESTART_MPS = 0.15", "RESTART_MPS = 1.5"),
        ("        self._blocked = False\n        if wanted", "        if wanted"),
        ("room_m <= need_m", "room_m >= need_m"),
        ("room_m <= need_m", "room_m <= 0"),
        ("clear_m - STOP_MARGIN_M", "clear_m + STOP_MARGIN_M"),
        ("STOP_MARGIN_M = 0.25", "STOP_MARGIN_M = 0.0"),
        ("STOP_MARGIN_M = 0.25", "STOP_MARGIN_M = 0.5"),
        ("SIDE_MARGIN_M = 0.10", "SIDE_MARGIN_M = 0.0"),
        ("SIDE_MARGIN_M = 0.10", "SIDE_MARGIN_M = 0.2"),
        ("spec.width_m / 2 + SIDE", "spec.width_m + SIDE"),
        ("spec.front_m, spec.rear_overhang_m", "spec.rear_overhang_m, spec.front_m"),
        ("REACTION_S = 0.3", "REACTION_S = 0.0"),
        ("REACTION_S = 0.3", "REACTION_S = 0.6"),
        ("base.speed_mps, self._spec.max_deceleration", "0.0, self._spec.max_deceleration"),
        (
            "room_m, self._spec.comfort_deceleration_mps2",
            "room_m, self._spec.max_deceleration_mps2",
        ),
        (
            "self._spec.speed_cap_mps, self._spec.comfort_deceleration_mps2",
            "0.5 * self._spec.speed_cap_mps, self._spec.comfort_deceleration_mps2",
        ),
        ("-1.0 if (wanted.speed_mps or base.speed_mps) < 0 else 1.0", "1.0"),
        ("else wanted.curvature_1pm]", "else 0.0]"),
        ("else wanted.curvature_1pm]", "else -wanted.curvature_1pm]"),
        ("if abs(base.speed_mps) > STANDING_MPS:  #", "if True:  #"),
        ("if abs(base.speed_mps) > STANDING_MPS:  #", "if False:  #"),
        ("curves.append(steered)", "curves.append(-steered)"),
        ("        if direction < 0:  #", "        if False:  #"),
        ("        if direction < 0:  #", "        if True:  #"),
        ("scan is not self._scan", "self._scan is None"),
        ("| self._sense(inputs, dt, now_s)", ""),
        ("(self._points, self._low.points)", "(self._points,)"),
        ("self._low.step(samples", "(lambda *_: None)(samples"),
        ("self._memory.see(scan, self._points, base.speed_mps,", "(lambda *_: None)(0, 0, 0,"),
        (
            "self._memory.see(scan, self._points, base.speed_mps,",
            "self._memory.see(scan, self._points, 0.0,",
        ),
    ],
    "limits": [
        ("speed * reaction_s + speed", "speed"),
        ("speed * speed / (2 * deceleration_mps2)", "0.0"),
        ("speed * speed / (2 *", "speed * speed / (4 *"),
        ("if distance_m <= 0:", "if distance_m <= -9:"),
        ("lag * lag + 2 *", "lag * lag + 4 *"),
        ("distance_m) - lag", "distance_m)"),
        ("1.0 / spec.min_turning_radius_m", "2.0 / spec.min_turning_radius_m"),
        ("min(max(command.curvature_1pm, -lock), lock)", "max(command.curvature_1pm, -lock)"),
        ("min(max(command.curvature_1pm, -lock), lock)", "min(command.curvature_1pm, lock)"),
        ("if curvature_1pm == 0:", "if curvature_1pm != 0:"),
        ("/ abs(curvature_1pm))", "* abs(curvature_1pm))"),
        ("min(abs(command.speed_mps), speed_mps)", "speed_mps"),
        ("math.copysign(speed, command.speed_mps)", "speed"),
        ("signed * command.curvature_1pm", "command.yaw_rate_radps"),
    ],
    "swept_path": [
        ("<= reach_m * reach_m", "<= reach_m"),
        ("side * points[:, 1]", "points[:, 1]"),
        ("squares * bend / 2", "squares * bend"),
        ("outward >= inner", "outward <= inner"),
        ("outward <= outer", "outward >= outer"),
        ("inner = -half", "inner = half"),
        ("+ longest * longest", "- longest * longest"),
        ("length_m + max(", "0.0 * length_m + max("),
        ("direction * np.arange", "np.arange"),
        ("x <= outline.front_m", "x <= 0.0"),
        ("x >= -outline.rear_m", "x >= 0.0"),
        ("x >= -outline.rear_m", "x >= -9.0"),
        ("np.abs(y) <= outline", "y <= outline"),
        ("max(0, first - 1)", "max(0, first + 1)"),
        ("if hit[first] else math.inf", "if hit[first] else 0.0"),
        ("turn = travel * curvature_1pm", "turn = 0.0 * travel"),
        ("cos * dx + sin * dy", "cos * dx - sin * dy"),
        ("cos * dy - sin * dx", "cos * dy + sin * dx"),
        ("np.sin(turn / 2) * np.sinc", "0.0 * np.sinc"),
    ],
    "memory": [
        ("KEEP_S = 20.0", "KEEP_S = 0.05"),
        ("KEEP_S = 20.0", "KEEP_S = 2000.0"),
        ("KEEP_WITHIN_M = 4.0", "KEEP_WITHIN_M = 0.4"),
        ("GAP_S = 0.5", "GAP_S = 0.01"),
        ("speed_mps * dt, math.tan", "-speed_mps * dt, math.tan"),
        ("> self._lidar.field_of_view_rad / 2", "> math.pi"),
        ("dx = points[:, 0] - travel_m", "dx = points[:, 0] + travel_m"),
        ("self._fresh = fresh", "self._fresh = fresh[:0]"),
    ],
}
CASES = [
    pytest.param(name, old, new, id=f"{name}: {old[:40].strip()} -> {new[:30].strip()}")
    for name, rows in MUTATIONS.items()
    for old, new in rows
]
LOW = ("watch", "low_things")
ORDER = (
    "limits",
    "swept_path",
    "memory",
    "watch",
    "low_things",
    "gate",
)  # each may import those before it


def gate_tests() -> list[Callable[[Any], None]]:
    """The test functions of the gate's test files."""
    return [
        value
        for module in (test_gate, test_gate_low_things)
        for name, value in vars(module).items()
        if name.startswith("test_")
    ]


def source(name: str) -> str:
    return (SOURCES / f"{name}.py").read_text(encoding="utf-8")


def mutant(name: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The gate's module with one change in it or in what it imports."""
    text = source(name)
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}.py"
    for part in ORDER[ORDER.index(name) :]:
        module = types.ModuleType(f"navigation.safety.{part}")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        code = text.replace(old, new) if part == name else source(part)
        exec(compile(code, f"{part}.py (mutant)", "exec"), vars(module))
    return sys.modules["navigation.safety.gate"]


def is_killed(gate: types.ModuleType, tests: list[Callable[[Any], None]]) -> bool:
    for test in tests:
        try:
            test(gate)
        except Exception:  # an assertion, or a mutant that cannot run at all
            return True
    return False


@pytest.fixture(scope="module")
def tests() -> list[Callable[[Any], None]]:
    return gate_tests()


def test_the_unchanged_gate_passes(
    tests: list[Callable[[Any], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "MAX_STEP_S = 0.1"
    same = mutant("gate", line, line, monkeypatch)
    assert len(tests) > 30
    assert not is_killed(same, tests)


@pytest.mark.parametrize(("name", "old", "new"), CASES)
def test_kills(
    tests: list[Callable[[Any], None]],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    old: str,
    new: str,
) -> None:
    first = tests[::-1] if name in LOW else tests  # those that are likely to notice
    assert is_killed(mutant(name, old, new, monkeypatch), first), "the mutant survived"
