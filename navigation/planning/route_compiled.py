"""Functions in machine code, compiled by numba at their first call and kept on disk.

Numba keeps code beside the module or, where an installation is read-only, in the user's cache
folder (`NUMBA_CACHE_DIR` names another). Where none can be written the code is compiled anew by
each process. The compiled functions let other threads run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function in machine code; it takes and gives numbers and arrays only."""
    try:
        return cast(Function, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # numba found no folder to keep code in
        return cast(Function, numba.njit(nogil=True)(function))


def inlined(function: Function) -> Function:
    """A function that becomes part of the compiled ones in its file that call it.

    Called, it would count up and down who holds each array it is given, 40 cycles an array. In
    another file it would go stale: numba compiles anew only what lies in a file that has changed.
    """
    return cast(Function, numba.njit(inline="always")(function))
