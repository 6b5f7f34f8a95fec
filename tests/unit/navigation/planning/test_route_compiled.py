"""Compiled functions: they work where no folder can be written, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import pytest

from navigation.planning import route_compiled


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
    monkeypatch.setattr(route_compiled.numba, "njit", njit)
    assert route_compiled.compiled(add_one)(41) == 42
    assert kept == [True, False]
