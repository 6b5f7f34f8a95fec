"""A credentials file is read whole or refused with one clear line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fleet_client.credentials import load_credentials
from patrol.errors import ConfigError

GOOD: dict[str, Any] = {
    "host": "127.0.0.1",
    "port": 1883,
    "username": "sunra/goalie-01",
    "password": "secret",
    "interface": "gwanak",
    "manufacturer": "sunra",
    "serial_number": "goalie-01",
}


def write(folder: Path, content: Any) -> Path:
    path = folder / "goalie-01.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_good_file_is_read_and_keeps_its_secret(tmp_path: Path) -> None:
    who = load_credentials(write(tmp_path, GOOD))
    assert who.address.vehicle_id == "sunra/goalie-01"
    assert who.ca_file is None
    assert "secret" not in repr(who)


def test_tls_is_optional(tmp_path: Path) -> None:
    assert load_credentials(write(tmp_path, {**GOOD, "ca_file": "ca.pem"})).ca_file == "ca.pem"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "cannot be read"),
        ([1], "expected a JSON object"),
        ({**GOOD, "colour": "red"}, "unknown key 'colour'"),
        ({k: v for k, v in GOOD.items() if k != "password"}, "'password' is missing"),
        ({**GOOD, "port": "1883"}, "port: '1883' is no int"),
        ({**GOOD, "port": True}, "port: True is no int"),
        ({**GOOD, "port": 0}, "port: 0 is outside"),
        ({**GOOD, "host": ""}, "host: is empty"),
        ({**GOOD, "serial_number": "a/b"}, "serial_number: 'a/b'"),
        ({**GOOD, "interface": "two words"}, "interface: 'two words'"),
    ],
)
def test_bad_file_is_one_line_with_file_and_key(tmp_path: Path, content: Any, words: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ConfigError) as caught:
        load_credentials(path)
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="sunra enroll"):
        load_credentials(tmp_path / "none.json")
