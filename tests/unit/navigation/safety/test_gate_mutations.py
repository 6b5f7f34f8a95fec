"""Mutation test of the safety gate: every listed change of its source fails a test of the gate.

A mutant is the gate's source with one piece of text replaced, executed in memory. The lists
(gate_*mutants.py) name the test that must not pass it: one that does is a hole in these tests.
Each text must stand in the source exactly once, so the lists cannot quietly go out of date.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path

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

SOURCES = Path(navigation.safety.__file__).parent

# The parts of the gate: each may import those before it.
PARTS = (
    "limits",
    "swept_path",
    "memory",
    "droplets",
    "movers",
    "approach",
    "obedience",
    "leaky",
    "lift",
    "push",
    "touch",
    "watch",
    "low_things",
    "overtaken",
    "climb",
    "drop_ground",
    "drops",
    "ground",
    "fence",
    "gate",
)
# All take the gate as their only argument.
TESTS = {
    name: test
    for module in (
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
    for name, test in vars(module).items()
    if name.startswith("test_")
}
MUTANTS = [
    pytest.param(part, killer, old, new, id=f"{part}: {old[:40].strip()} -> {new[:30].strip()}")
    for table in (
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
    for part, killers in table.items()
    for killer, rows in killers.items()
    for old, new in rows
]
KILLERS = sorted({str(mutant.values[1]) for mutant in MUTANTS})


def source(part: str) -> str:
    return (SOURCES / f"{part}.py").read_text(encoding="utf-8")


def mutant(part: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The gate's module with one change in it or in what it imports."""
    text = source(part)
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {part}.py"
    for name in PARTS[PARTS.index(part) :]:
        module = types.ModuleType(f"navigation.safety.{name}")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        code = text.replace(old, new) if name == part else source(name)
        exec(compile(code, f"{name}.py (mutant)", "exec"), vars(module))
    return sys.modules["navigation.safety.gate"]


def does_kill(name: str, gate: types.ModuleType) -> bool:
    try:
        TESTS[name](gate)
    except Exception:  # an assertion, or a mutant that cannot run at all
        return True
    return False


@pytest.mark.parametrize("killer", KILLERS)
def test_the_unchanged_gate_passes(killer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "MAX_STEP_S = 0.1"
    assert not does_kill(killer, mutant("gate", line, line, monkeypatch))


@pytest.mark.parametrize(("part", "killer", "old", "new"), MUTANTS)
def test_kills(
    part: str, killer: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = mutant(part, old, new, monkeypatch)
    if not does_kill(killer, gate):
        others = [name for name in TESTS if does_kill(name, gate)]
        pytest.fail(f"{killer} lets it pass; of the gate's tests {others or 'none'} would not")
