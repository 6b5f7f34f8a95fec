"""Mutation test of the safety gate: every listed change of its source must fail a gate test.

A mutant is the gate's source with one piece of text replaced, executed in memory. A mutant that
all tests of the gate pass is a hole in these tests. Each text must stand in the source exactly
once, so the lists (gate_*mutants.py) cannot quietly go out of date.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import navigation.safety
from tests.unit.navigation.safety import (
    test_gate,
    test_gate_approach,
    test_gate_behind,
    test_gate_drop_passers,
    test_gate_drop_slopes,
    test_gate_droplets,
    test_gate_drops,
    test_gate_feeling,
    test_gate_fence,
    test_gate_fence_ground,
    test_gate_fence_outside,
    test_gate_fence_pose,
    test_gate_low_memory,
    test_gate_low_things,
    test_gate_movers,
    test_gate_obedience,
    test_gate_overtaken,
    test_gate_readings,
    test_gate_speed,
    test_gate_stop_zone,
    test_gate_swept_path,
    test_gate_touch,
)
from tests.unit.navigation.safety.gate_approach_mutants import FORESEEING
from tests.unit.navigation.safety.gate_drop_mutants import DROPPING
from tests.unit.navigation.safety.gate_droplet_mutants import SIFTING
from tests.unit.navigation.safety.gate_fence_mutants import FENCING
from tests.unit.navigation.safety.gate_mutants import DECIDING
from tests.unit.navigation.safety.gate_obedience_mutants import OBEYING
from tests.unit.navigation.safety.gate_overtaken_mutants import PASSING
from tests.unit.navigation.safety.gate_sense_mutants import SENSING
from tests.unit.navigation.safety.gate_touch_mutants import FEELING
from tests.unit.navigation.safety.slow_gate_tests import SLOW

SOURCES = Path(navigation.safety.__file__).parent

CASES = [
    pytest.param(name, old, new, id=f"{name}: {old[:40].strip()} -> {new[:30].strip()}")
    for rows_by_name in (
        SENSING,
        OBEYING,
        FEELING,
        FENCING,
        SIFTING,
        DROPPING,
        FORESEEING,
        PASSING,
        DECIDING,
    )
    for name, rows in rows_by_name.items()
    for old, new in rows
]
# The parts of the gate, each may import those before it, and the tests likely to notice first.
PARTS: dict[str, tuple[types.ModuleType, ...]] = {
    "limits": (test_gate_speed, test_gate_stop_zone),
    "swept_path": (test_gate_swept_path, test_gate_stop_zone),
    "memory": (test_gate_behind, test_gate_low_memory),
    "droplets": (test_gate_droplets,),
    "movers": (test_gate_movers, test_gate_approach),
    "approach": (test_gate_approach,),
    "obedience": (test_gate_obedience,),
    "leaky": (test_gate_feeling,),
    "lift": (test_gate_feeling,),
    "push": (test_gate_feeling,),
    "touch": (test_gate_feeling, test_gate_touch, test_gate_obedience),
    "watch": (test_gate_readings, test_gate_drops),
    "low_things": (test_gate_low_things, test_gate_low_memory),
    "overtaken": (test_gate_overtaken,),
    "climb": (test_gate_drops,),
    "drop_ground": (test_gate_drops, test_gate_drop_passers, test_gate_drop_slopes),
    "drops": (test_gate_drops,),
    "ground": (test_gate_fence_ground, test_gate_fence),
    "fence": (test_gate_fence, test_gate_fence_pose, test_gate_fence_outside),
    "gate": (
        test_gate,
        test_gate_obedience,
        test_gate_touch,
        test_gate_speed,
        test_gate_stop_zone,
        test_gate_behind,
        test_gate_fence,
        test_gate_fence_pose,
        test_gate_droplets,
        test_gate_drops,
        test_gate_approach,
        test_gate_overtaken,
    ),
}
MODULES = tuple(dict.fromkeys(module for first in PARTS.values() for module in first))


RANK = {name: rank for rank, name in enumerate(SLOW, 1)}


def gate_tests(*first: types.ModuleType) -> list[Callable[[Any], None]]:
    """The test functions of the gate's test files: the quick ones first, of those some first."""
    tests = [
        value
        for module in (*first, *(m for m in MODULES if m not in first))
        for name, value in vars(module).items()
        if name.startswith("test_")
    ]
    return sorted(tests, key=lambda test: RANK.get(test.__name__, 0))


def source(name: str) -> str:
    return (SOURCES / f"{name}.py").read_text(encoding="utf-8")


def mutant(name: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The gate's module with one change in it or in what it imports."""
    text = source(name)
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}.py"
    for part in list(PARTS)[list(PARTS).index(name) :]:
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


def test_the_unchanged_gate_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "MAX_STEP_S = 0.1"
    tests = gate_tests()
    assert len(tests) > 30
    assert set(RANK) <= {test.__name__ for test in tests}
    assert not is_killed(mutant("gate", line, line, monkeypatch), tests)


@pytest.mark.parametrize(("name", "old", "new"), CASES)
def test_kills(name: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tests = gate_tests(*PARTS[name])
    assert is_killed(mutant(name, old, new, monkeypatch), tests), "the mutant survived"
