"""`sunra passwd`: a lost password is replaced beside a running server."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import sunra
from fleet_server.accounts import Accounts
from fleet_server.config import SessionConfig
from fleet_server.store.audit import select_audit
from fleet_server.store.database import Database, sqlite_url
from patrol.clock import SystemClock


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: object) -> tuple[Any, str, str]:
        monkeypatch.setattr(sys, "argv", ["sunra", "passwd", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            sunra.main()
        return stop.value.code, *capsys.readouterr()

    return call


def password_in(out: str) -> str:
    line, end = out.split("\n")
    assert end == ""
    return line.split(": ")[1]


@pytest.mark.anyio
async def test_new_password_logs_in_and_old_sessions_end(rig: Any, kit: Any, run: Any) -> None:
    """The server's own connections are open meanwhile."""
    folder = rig.evidence_dir.parent
    accounts = rig.services.accounts
    token, _ = await accounts.log_in("minji", kit.PASSWORD, "here")
    other, _ = await accounts.log_in("guest", kit.PASSWORD, "here")
    status, out, err = run("minji", "--data", folder)
    assert (status, err) == (0, "")
    with pytest.raises(Exception, match="wrong user name or password"):
        await accounts.log_in("minji", kit.PASSWORD, "here")
    with pytest.raises(Exception, match="the session is over"):
        await accounts.user_of(token)
    assert (await accounts.user_of(other)).username == "guest"
    _, user = await accounts.log_in("minji", password_in(out), "here")
    assert user.role == "operator"
    trail = await rig.database.read(select_audit, 10)
    (reset,) = [row for row in trail if row["action"] == "password_reset"]
    assert (reset["username"], reset["subject"]) == ("system", "minji")
    assert password_in(out) not in str(trail)


def test_kept_file_of_the_first_operator_follows(tmp_path: Path, run: Any) -> None:
    database = Database(sqlite_url(tmp_path / "fleet.db"))
    database.open()
    first = Accounts(database, SessionConfig(), SystemClock()).ensure_first_user()
    database.close()
    _, out, _ = run("operator", "--data", tmp_path)
    kept = tmp_path / "operator-password.txt"
    assert not kept.exists(), "it was deleted: it stays so"
    kept.write_text(f"{first}\n")
    _, out, _ = run("operator", "--data", tmp_path)
    assert kept.read_text() == password_in(out) + "\n"
    assert kept.stat().st_mode & 0o077 == 0


def test_unknown_user_is_one_line(tmp_path: Path, template: Path, run: Any) -> None:
    shutil.copy(template, tmp_path / "fleet.db")
    before = (tmp_path / "fleet.db").read_bytes()
    status, out, err = run("nobody", "--data", tmp_path)
    assert (status, out) == (2, "")
    assert err == "sunra: no user 'nobody'; known: guest, minji, officer, root, signals\n"
    assert (tmp_path / "fleet.db").read_bytes() == before


def test_folder_without_a_server_is_one_line_and_stays_empty(tmp_path: Path, run: Any) -> None:
    status, _, err = run("operator", "--data", tmp_path / "none")
    assert status == 2
    assert err.count("\n") == 1
    assert "none: no fleet server has run here" in err
    assert list(tmp_path.iterdir()) == []


def test_file_that_is_no_database_is_one_line(tmp_path: Path, run: Any) -> None:
    (tmp_path / "fleet.db").write_text("not a database, but long enough to look at" * 10)
    status, _, err = run("operator", "--data", tmp_path)
    assert (status, err.count("\n")) == (2, 1)
    assert "the database cannot be used" in err


def test_passwords_are_random(tmp_path: Path, template: Path, run: Any) -> None:
    shutil.copy(template, tmp_path / "fleet.db")
    first, second = (password_in(run("root", "--data", tmp_path)[1]) for _ in range(2))
    assert first != second
    assert min(len(first), len(second)) >= 16
