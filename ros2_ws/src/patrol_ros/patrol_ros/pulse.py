"""A pulse: what a process writes while its executor turns, and what its supervisor hears.

A process can live and do nothing any more: a deadlock in a library, a callback that never returns.
Its exit status does not tell of that, only its silence does, as with WATCHDOG=1 of sd_notify(3).
One byte a turn, over a pipe.
"""

from __future__ import annotations

import contextlib
import os

PULSE_VARIABLE = "SUNRA_PULSE_FD"
_READ_BYTES = 4096


class Pulse:
    """The process's end; says nothing where no supervisor listens."""

    def __init__(self) -> None:
        told = os.environ.pop(PULSE_VARIABLE, None)  # not for the children of this process
        self._descriptor = int(told) if told else None
        if self._descriptor is not None:
            os.set_inheritable(self._descriptor, False)

    def beat(self) -> None:
        """Say that the executor turns."""
        if self._descriptor is not None:
            # A full pipe has enough to hear; a supervisor that is gone takes this process along.
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                os.write(self._descriptor, b".")


class PulseListener:
    """The supervisor's end, for one start of one process."""

    def __init__(self) -> None:
        self._mine, self.theirs = os.pipe()
        os.set_blocking(self._mine, False)
        os.set_blocking(self.theirs, False)

    def hand_over(self) -> None:
        """Close the process's end here, once the process has it."""
        os.close(self.theirs)

    def heard(self) -> bool:
        """Whether anything has come since the last call."""
        try:
            return bool(os.read(self._mine, _READ_BYTES))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Listen no longer."""
        os.close(self._mine)
