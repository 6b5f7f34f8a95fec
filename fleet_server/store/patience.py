"""What it means for who asks that the database takes nothing for a while.

A full disk, a lock, a database server that restarts: nothing is wrong with what was asked. Loops
of this server wait until it is over; whoever asks over HTTP is told after a few seconds.
"""

from __future__ import annotations

import errno
import math
import sqlite3
from contextvars import ContextVar

import sqlalchemy as sa

# How long to wait for the database, in seconds; the API sets it for each of its requests.
PATIENCE_S: ContextVar[float] = ContextVar("PATIENCE_S", default=math.inf)
API_PATIENCE_S = 5.0
RETRY_S = 1.0
SILENT_S = 10.0  # no answer for so long is trouble, too, though it may still come

_SQLITE_ILL = {  # primary result codes (sqlite.org/rescode.html)
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
# PostgreSQL, by the beginning of the SQLSTATE (its manual, appendix A)
_POSTGRES_ILL = (
    "08",  # no connection
    "25006",  # read only: a standby that is not promoted yet
    "25P03",  # a session that idled too long
    "28",  # login refused
    "3D",  # no such database
    "42501",  # a right is missing
    "53",  # out of disk, memory or connections
    "55",  # somebody holds a lock
    "57",  # cancelled, shut down
    "58",  # its own system's error
    "XX",  # a broken file
)
_PASSING = ("40",)  # deadlock, serialization: the same succeeds when it is done again
_DISK_ILL = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}


class OccupiedError(Exception):
    """Another server has the database."""


def is_ill(error: Exception) -> bool:
    """Whether the same may succeed later, as nothing is wrong with what was asked."""
    if isinstance(error, OccupiedError):
        return True
    if isinstance(error, OSError):
        return error.errno in _DISK_ILL
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_ILL
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # not from the server: no connection could be made, or it has broken
        return isinstance(error, sa.exc.OperationalError) and hasattr(error.orig, "sqlstate")
    return bool(state.startswith((*_POSTGRES_ILL, *_PASSING)))


def is_passing(error: Exception) -> bool:
    """Whether the database is well, and two only met in it."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state is not None and state.startswith(_PASSING)


def reason_of(error: Exception) -> str:
    """What the database or the disk says, in one line without where it is."""
    words = str(getattr(error, "orig", None) or error).strip()
    line = (words or type(error).__name__).splitlines()[0]
    for before in ("FATAL:", "failed:"):  # libpq: connection to server at …, port … failed: …
        line = line.rpartition(before)[2].strip() or line
    return line
