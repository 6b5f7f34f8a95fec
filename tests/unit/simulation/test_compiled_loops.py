"""The simulator's compiled loops are kept on disk, and made anew when they have changed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from demo import prepare
from navigation.planning.compiled import IMPORT

ROOT = Path(__file__).parents[3]


def test_loops_are_prepared_when_a_file_that_has_some_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    monkeypatch.setattr(prepare, "_run", lambda step, _command: ran.append(step))
    simulation = tmp_path / "simulation"
    simulation.mkdir()
    kernels = simulation / "kernels.py"
    kernels.write_bytes(IMPORT + b" compiled\n")
    assert prepare.compile_loops()
    assert not prepare.compile_loops()
    (simulation / "other.py").write_text("x = 1\n")
    assert not prepare.compile_loops()
    kernels.write_bytes(IMPORT + b" compiled\ny = 2\n")
    assert prepare.compile_loops()
    assert ran == ["loops", "loops"]


def test_what_prepares_the_loops_is_there() -> None:
    assert (ROOT / prepare.LOOPS_RUN[0]).is_file()


def test_compiled_functions_call_none_of_another_file() -> None:
    # what is kept of them would not be compiled anew when that file changes
    found = 0
    for path in sorted((ROOT / "simulation").rglob("*.py")):
        tree = ast.parse(path.read_text())
        imported = {
            name.asname or name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("simulation.")
            for name in node.names
        }
        for function in filter(_is_compiled, ast.walk(tree)):
            found += 1
            calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
            called = {func.id for func in calls if isinstance(func, ast.Name)}
            assert not called & imported, path
    assert found > 10


def _is_compiled(node: ast.AST) -> bool:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return any(isinstance(name, ast.Name) and name.id == "compiled" for name in decorators)
