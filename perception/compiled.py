"""Loops over everybody in machine code, made by numba as soon as their module is imported.

NumPy takes about a microsecond a call, whatever it is called for: with thirty people most of a
picture's time went there. Every signature is given, so a module is ready when it is imported and
nothing is ever compiled between two pictures; it is imported by what is made with a pipeline. The
code is kept on disk (`NUMBA_CACHE_DIR`, else beside the file, else in the user's cache); numba
notices a change in the file a function stands in, so compiled functions call none of another.
What loading, and compiling where nothing is kept, costs: docs/perception.md#measured.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(signature: str) -> Callable[[Function], Function]:
    """The function in machine code for one signature, in numba's words; it holds no lock.

    Arrays are C-contiguous and writable: what numba says of another is a TypeError.
    """

    def of(function: Function) -> Function:
        try:
            made = numba.njit(signature, cache=True, nogil=True, error_model="numpy")(function)
        except RuntimeError:  # numba found no folder to keep code in
            made = numba.njit(signature, nogil=True, error_model="numpy")(function)
        return cast(Function, made)

    return of
