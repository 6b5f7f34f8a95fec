"""Compiled functions: they work where no folder can be written, too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest

from navigation.planning import compiled as module


def add_one(value: int) -> int:
    return value + 1


def test_compiles_for_the_process_alone_where_nothing_can_be_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = []

    def njit(*given: Any, cache: bool = False, **options: Any) -> Callable[..., Any]:
        if given:  # numba's own modules, loaded meanwhile
            return real(*given, cache=cache, **options)
        kept.append(cache)
        if cache:
            raise RuntimeError("cannot cache function 'add_one': no locator available")
        return real(**options)

    real = numba.njit
    monkeypatch.setattr(module.numba, "njit", njit)
    assert module.compiled(add_one)(41) == 42
    assert kept == [True, False]


def test_a_change_in_any_compiled_file_is_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HERE", tmp_path)
    (tmp_path / "deeper").mkdir()
    caller, callee = tmp_path / "caller.py", tmp_path / "deeper" / "callee.py"
    for path in (caller, callee):
        path.write_text("from navigation.planning.compiled import compiled\n")
    (tmp_path / "plain.py").write_text("x = 1\n")
    before = module.sources_hash()
    (tmp_path / "plain.py").write_text("x = 2\n")
    assert module.sources_hash() == before
    callee.write_text("from navigation.planning.compiled import compiled\nx = 2\n")
    assert module.sources_hash() != before


def test_code_is_kept_where_it_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.numba.config, "CACHE_DIR", "before")
    monkeypatch.setattr(module, "STORE", tmp_path / "numba")
    module._keep_code()
    assert Path(module.numba.config.CACHE_DIR).parent == tmp_path / "numba"
    (tmp_path / "file").touch()
    monkeypatch.setattr(module.numba.config, "CACHE_DIR", "before")
    monkeypatch.setattr(module, "STORE", tmp_path / "file" / "numba")
    module._keep_code()
    assert module.numba.config.CACHE_DIR == "before"
