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

_SQLITE_ILL = {  # primary result codes (sqlite.org/rescode.html)
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
# PostgreSQL: no connection, out of resources, somebody shuts it down (its manual, appendix A)
_POSTGRES_ILL = ("08", "53", "57P")
_DISK_ILL = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}


def is_ill(error: Exception) -> bool:
    """Whether the same may succeed later, as nothing is wrong with what was asked."""
    if isinstance(error, OSError):
        return error.errno in _DISK_ILL
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    cause = error.orig
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_ILL
    if error.connection_invalidated:
        return True
    state = getattr(cause, "sqlstate", None)
    return state is not None and state.startswith(_POSTGRES_ILL)
