"""Numba at one place: functions in machine code, kept on disk between runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function in machine code; it takes and gives numbers and arrays only."""
    return cast(Function, numba.njit(cache=True)(function))
