"""Functions in machine code, compiled by numba at their first call and kept on disk.

Numba notices a change only in the file a function stands in, not in the functions it calls from
other files. So code is kept in a folder named after all compiled sources of planning together
(under `build/numba`, unless `NUMBA_CACHE_DIR` names another): any change compiles anew. Compiled
functions of other packages must call none of another file. Where nothing can be written each
process compiles for itself. The compiled functions let other threads run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

HERE = Path(__file__).resolve().parent
STORE = HERE.parents[1] / "build" / "numba"
IMPORT = f"from {__name__} import".encode()


def compiled(function: Function) -> Function:
    """The function in machine code; it takes and gives numbers and arrays only."""
    try:
        return cast(Function, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # numba found no folder to keep code in
        return cast(Function, numba.njit(nogil=True)(function))


def inlined(function: Function) -> Function:
    """A function that becomes part of the compiled ones that call it.

    Called, it would count up and down who holds each array it is given, 40 cycles an array.
    """
    return cast(Function, numba.njit(inline="always")(function))


def sources_hash() -> str:
    """Of every file of planning that has compiled functions."""
    contents = (path.read_bytes() for path in sorted(HERE.rglob("*.py")))
    return hashlib.sha256(b"\0".join(c for c in contents if IMPORT in c)).hexdigest()


def _keep_code() -> None:
    folder = STORE / sources_hash()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return  # a read-only installation: numba's own places
    if os.access(folder, os.W_OK):
        numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]  # set at run time


if "NUMBA_CACHE_DIR" not in os.environ:
    _keep_code()
