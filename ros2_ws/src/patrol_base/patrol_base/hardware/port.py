"""Port: the seam between a driver and a serial line; SerialPort is the only user of pyserial."""

from __future__ import annotations

import errno
import os
import termios
from typing import Protocol

import serial

READ_AT_MOST = 8192
# What the operating system has not taken yet. A line that takes nothing any more is a lost one.
MAX_PENDING = 4096
_MEANING = {
    errno.EAGAIN: "in use by another program",  # locked
    errno.EBUSY: "in use by another program",
    errno.ENOTTY: "not a serial line",
}


class Port(Protocol):
    """A serial line. No call but a plain `close` waits; every trouble is an OSError."""

    def open(self) -> None:
        """Open it; raises OSError where that fails."""

    def read(self) -> bytes:
        """What has arrived since the last call, perhaps nothing; raises OSError when gone."""

    def write(self, data: bytes) -> None:
        """Send bytes; raises OSError when it is gone or has stopped taking any."""

    def close(self, *, discard: bool = False) -> None:
        """Close it; harmless where it is closed. `discard`: do not wait for what was written."""


class SerialPort:
    """A Port on a serial device, 8 data bits, no parity, 1 stop bit, no flow control.

    Locked (`flock`), so that two drivers never share a line.
    """

    def __init__(self, device: str, baud_rate_bps: int) -> None:
        self._pending = b""
        self._serial = serial.Serial(timeout=0, exclusive=True)
        self._serial.port = device
        self._serial.baudrate = baud_rate_bps

    def open(self) -> None:
        self._pending = b""
        try:
            self._serial.open()
        except (OSError, ValueError, termios.error) as error:
            self._serial.close()
            raise self._trouble(_why(error)) from None

    def read(self) -> bytes:
        self._flush()
        try:
            return bytes(self._serial.read(READ_AT_MOST))
        except OSError as error:
            raise self._trouble(_why(error)) from None

    def write(self, data: bytes) -> None:
        self._pending += data
        self._flush()
        if len(self._pending) > MAX_PENDING:
            raise self._trouble("takes no more bytes")

    def _flush(self) -> None:
        # Not Serial.write: with a timeout of 0 it turns in circles while the line is full.
        if not self._pending:
            return
        try:
            taken = os.write(self._serial.fileno(), self._pending)
        except BlockingIOError:
            return
        except OSError as error:
            raise self._trouble(_why(error)) from None
        self._pending = self._pending[taken:]

    def close(self, *, discard: bool = False) -> None:
        if not self._serial.is_open:
            return
        try:  # else close(2) may wait up to 30 s for a stuck line to drain
            if discard:
                self._serial.reset_output_buffer()
        except (OSError, termios.error):
            pass  # it is gone: nothing is pending
        finally:
            self._serial.close()

    def _trouble(self, what: str) -> OSError:
        return OSError(f"{self._serial.port}: {what}")


def _why(error: BaseException) -> str:
    """What is wrong with a line; pyserial's own words name the device twice, or not at all."""
    for found in (error, error.__context__):  # pyserial hides the system's error behind its own
        if found is not None and found.args and isinstance(found.args[0], int):
            return _MEANING.get(found.args[0], os.strerror(found.args[0]))
    return str(error)
