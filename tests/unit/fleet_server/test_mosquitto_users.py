"""An outside broker's users: everyone has their own topics, and no password is written down."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from fleet_server.enrolment import EnrolledVehicle, ServerSecret
from fleet_server.mosquitto import ACCESS, PASSWORDS, SERVER_PASSWORD, access_list, write_files

SERVER = ServerSecret("fleet-server", "server word", "server-1")
ONE = EnrolledVehicle("gwanak", "sunra", "goalie-01", "first word")
TWO = EnrolledVehicle("gwanak", "sunra", "goalie-02", "second word")
AWAY = EnrolledVehicle("mapo", "sunra", "goalie-09", "another district")


def rights(text: str) -> dict[str, set[str]]:
    """User → what is allowed, as "read topic"."""
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        word, rest = line.split(" ", 1)
        if word == "user":
            mine = found.setdefault(rest, set())
        else:
            assert word == "topic"
            mine.add(rest)
    return found


def test_a_vehicle_has_its_own_topics_and_the_server_those_of_the_district() -> None:
    allowed = rights(access_list("gwanak", SERVER, [ONE, TWO]))
    assert set(allowed) == {"fleet-server", "sunra/goalie-01", "sunra/goalie-02"}
    mine = "gwanak/v2/sunra/goalie-01"
    assert {f"write {mine}/state", f"read {mine}/order"} < allowed["sunra/goalie-01"]
    assert {f"write {mine}/x-sunra/v1/incident", f"read {mine}/x-sunra/v1/searches"} < allowed[
        "sunra/goalie-01"
    ]
    assert all(f" {mine}/" in right for right in allowed["sunra/goalie-01"])
    assert {"read gwanak/v2/+/+/state", "write gwanak/v2/+/+/order"} < allowed["fleet-server"]
    assert "write gwanak/v2/+/+/state" not in allowed["fleet-server"]


def test_files_are_for_their_owner_and_hold_hashes(tmp_path: Path) -> None:
    files = write_files(tmp_path / "users", "gwanak", SERVER, [ONE, TWO, AWAY])
    assert [file.name for file in files] == [PASSWORDS, ACCESS, SERVER_PASSWORD]
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    lines = files[0].read_text().splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "fleet-server", "sunra/goalie-01", "sunra/goalie-02",
    ]  # fmt: skip
    assert "word" not in files[0].read_text()
    _, kind, rounds, salt, key = lines[1].split(":")[1].split("$")
    expected = hashlib.pbkdf2_hmac(
        "sha512", b"first word", base64.b64decode(salt), int(rounds), 64
    )
    assert (kind, base64.b64decode(key)) == ("7", expected)
    again = write_files(tmp_path / "users", "gwanak", SERVER, [ONE])[0].read_text()
    assert again.splitlines()[1] != lines[1], "a salt of its own each time"
    assert files[2].read_text() == "server word\n"
