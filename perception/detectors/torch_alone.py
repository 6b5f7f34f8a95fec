"""Torch without triton, in a process that may also draw."""

from __future__ import annotations

import sys


def keep_triton_out() -> None:
    """Call before torch or torchvision is imported.

    torchvision loads triton, whose LLVM crashes a process with a GL driver's (Mesa): a simulator
    with cameras. Nothing here needs it.
    """
    sys.modules.setdefault("triton", None)  # type: ignore[arg-type]
