"""Users and sessions: argon2 passwords, random tokens of which only the hash is kept."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections import defaultdict, deque
from dataclasses import dataclass

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fleet_server.api.models import NewUser, UserView
from fleet_server.config import SessionConfig
from fleet_server.errors import ConflictError, NotFoundError, TooManyError, UnauthorizedError
from fleet_server.store import tables as t
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database, insert_new
from patrol.clock import Clock

log = logging.getLogger(__name__)

FIRST_USER = "operator"
WINDOW_S = 60.0
HASHER = PasswordHasher()
# checked where there is no such user, so that the time an answer takes tells nothing
NOBODY = HASHER.hash(secrets.token_urlsafe(16))

# role → what it may; `look` is all that everybody in the control room sees
RIGHTS: dict[str, frozenset[str]] = {
    "viewer": frozenset({"look"}),
    "operator": frozenset({"look", "dispatch", "judge", "maps"}),
    "privacy_officer": frozenset({"look", "release", "audit"}),  # who else may see faces: nobody
    "admin": frozenset({"look", "dispatch", "judge", "maps", "audit", "users"}),
    "city_signals": frozenset({"signals"}),  # a service, and nobody else tells lights
}


class FailedAttempts:
    """Counts failed log-ins of the last minute by user name and by address."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._times: dict[str, deque[float]] = defaultdict(deque)

    def check(self, *keys: str) -> None:
        """Raises TooManyError where one of the keys has failed too often."""
        since = self._clock.monotonic_s() - WINDOW_S
        for key in keys:
            times = self._times.get(key)
            while times and times[0] < since:
                times.popleft()
            if times is not None and len(times) >= self._per_minute:
                raise TooManyError("too many failed log-ins; wait a minute", "too_many_attempts")

    def note(self, *keys: str) -> None:
        """A failed log-in."""
        if len(self._times) > 10_000:
            self._times.clear()  # memory is bounded, whoever tries
        for key in keys:
            self._times[key].append(self._clock.monotonic_s())


@dataclass(frozen=True, slots=True)
class User:
    """Who is logged in."""

    username: str
    role: str
    language: str

    def may(self, right: str) -> bool:
        """Whether the role has a right."""
        return right in RIGHTS.get(self.role, frozenset())

    def view(self) -> UserView:
        """As the API shows it."""
        return UserView.model_validate(
            {"username": self.username, "role": self.role, "language": self.language}
        )


class Accounts:
    """Log-in, log-out, who is who; raises UnauthorizedError and TooManyError."""

    def __init__(self, database: Database, config: SessionConfig, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lifetime_s = config.lifetime_h * 3600
        self._failed = FailedAttempts(config.attempts_per_minute, clock)

    @property
    def lifetime_s(self) -> float:
        """How long a session lasts."""
        return self._lifetime_s

    def ensure_first_user(self) -> str | None:
        """Make the first user with a random password and return it; None where users exist."""
        password = secrets.token_urlsafe(12)
        now_s = self._clock.now_s()

        def work(connection: sa.Connection) -> bool:
            if connection.execute(sa.select(t.users.c.username).limit(1)).first() is not None:
                return False
            put_user(connection, FIRST_USER, password, "admin", now_s)
            add_audit(connection, now_s, "system", "user_create", FIRST_USER)
            return True

        return password if self._database.write_now(work) else None

    async def log_in(self, username: str, password: str, address: str) -> tuple[str, User]:
        """A new session's token."""
        keys = (f"user {username}", f"address {address}")
        self._failed.check(*keys)
        now_s = self._clock.now_s()
        token = secrets.token_urlsafe(32)

        def verify(connection: sa.Connection) -> User | None:
            query = sa.select(t.users).where(t.users.c.username == username)
            row = connection.execute(query).first()
            try:
                HASHER.verify(row.password_hash if row else NOBODY, password)
            except (VerificationError, InvalidHashError):
                return None
            return User(row.username, row.role, row.language) if row else None

        def keep(connection: sa.Connection) -> None:
            connection.execute(
                sa.insert(t.sessions).values(
                    token_hash=_hash(token),
                    username=username,
                    created_at_s=now_s,
                    expires_at_s=now_s + self._lifetime_s,
                )
            )
            connection.execute(sa.delete(t.sessions).where(t.sessions.c.expires_at_s < now_s))
            add_audit(connection, now_s, username, "log_in", username, address=address)

        user = await self._database.read(verify)
        if user is None:
            self._failed.note(*keys)
            await self._database.write(add_audit, now_s, username[:64], "log_in_failed", address)
            raise UnauthorizedError("wrong user name or password", "wrong_login")
        await self._database.write(keep)
        return token, user

    async def user_of(self, token: str | None) -> User:
        """Whose session it is."""
        if not token:
            raise UnauthorizedError("log in first", "not_logged_in")
        now_s = self._clock.now_s()

        def work(connection: sa.Connection) -> User | None:
            s = t.sessions.c
            row = connection.execute(
                sa.select(t.users)
                .join_from(t.sessions, t.users, t.users.c.username == s.username)
                .where(s.token_hash == _hash(token), s.expires_at_s > now_s)
            ).first()
            return User(row.username, row.role, row.language) if row else None

        user = await self._database.read(work)
        if user is None:
            raise UnauthorizedError("the session is over; log in again", "session_over")
        return user

    async def add(self, new: NewUser, username: str) -> UserView:
        """One more user; raises ConflictError where the name is taken."""
        now_s = self._clock.now_s()

        def work(connection: sa.Connection) -> bool:
            added = put_user(connection, new.username, new.password, new.role, now_s, new.language)
            if added:
                add_audit(connection, now_s, username, "user_create", new.username, role=new.role)
            return added

        if not await self._database.write(work):
            raise ConflictError(f"user {new.username!r} exists", "user_exists", "username")
        return UserView(username=new.username, role=new.role, language=new.language)

    async def views(self) -> list[UserView]:
        """Everybody, by name."""

        def work(connection: sa.Connection) -> list[User]:
            rows = connection.execute(sa.select(t.users).order_by(t.users.c.username))
            return [User(row.username, row.role, row.language) for row in rows]

        return [user.view() for user in await self._database.read(work)]

    async def log_out(self, token: str, username: str) -> None:
        """End a session."""
        now_s = self._clock.now_s()

        def work(connection: sa.Connection) -> None:
            connection.execute(
                sa.delete(t.sessions).where(t.sessions.c.token_hash == _hash(token))
            )
            add_audit(connection, now_s, username, "log_out", username)

        await self._database.write(work)


def reset_password(database: Database, username: str, now_s: float) -> str:
    """A new random password; ends the user's sessions. Raises NotFoundError naming the users.

    Also from another process while the server runs: the first statement takes the write lock.
    """
    password = secrets.token_urlsafe(12)
    password_hash = HASHER.hash(password)
    u, s = t.users.c, t.sessions.c

    def work(connection: sa.Connection) -> list[str]:
        change = sa.update(t.users).where(u.username == username)
        if connection.execute(change.values(password_hash=password_hash)).rowcount == 0:
            return list(connection.scalars(sa.select(u.username).order_by(u.username)))
        connection.execute(sa.delete(t.sessions).where(s.username == username))
        add_audit(connection, now_s, "system", "password_reset", username)
        return []

    if known := database.write_now(work):
        raise NotFoundError(f"no user {username!r}; known: {', '.join(known)}", "user_unknown")
    return password


def put_user(
    connection: sa.Connection,
    username: str,
    password: str,
    role: str,
    now_s: float,
    language: str = "ko",
) -> bool:
    """One more user; False where the name is taken."""
    row = {
        "username": username,
        "password_hash": HASHER.hash(password),
        "role": role,
        "language": language,
        "created_at_s": now_s,
    }
    return insert_new(connection, t.users, [row]) > 0


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
