"""`sunra serve` asks the weather service by itself, and what it was told outlasts its end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.fleet_server.kma_answers import FakeKma, answer

KEY = "a+b/c=="
WAIT_S = 15.0
STEP_S = 0.1


@pytest.fixture
def kma() -> Iterator[FakeKma]:
    with FakeKma().running() as fake:
        yield fake


@pytest.fixture
def asking_server(new_server: Any, kma: FakeKma, tmp_path: Path) -> Any:
    """Not started yet; its key comes from a file."""
    key_file, config_file = tmp_path / "kma-key", tmp_path / "fleet.yaml"
    key_file.write_text(KEY)
    config_file.write_text(f"weather: {{kma: {{key_file: {key_file}, url: '{kma.url}'}}}}\n")
    new_server.config_file = config_file
    return new_server


def status_when(client: httpx.Client, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The status of the weather as soon as it is so."""
    until_s = time.monotonic() + WAIT_S
    while True:
        status: dict[str, Any] = client.get("/weather/status").json()
        if is_so(status):
            return status
        assert time.monotonic() < until_s, status
        time.sleep(STEP_S)


def test_it_is_asked_and_counts_on_after_a_kill_while_the_service_is_down(
    asking_server: Any, kma: FakeKma
) -> None:
    kma.say = lambda query: (200, answer(query, T1H="1.5", RN1="16", WSD="3"))
    asking_server.start()
    with contextlib.closing(asking_server.log_in()) as client:
        counts = status_when(client, lambda status: status["service"] == "works")["counts"]
    assert (counts["rain_mmph"], counts["reported_by"]) == (16.0, ["kma (service)"])
    assert (kma.asked[0]["nx"], kma.asked[0]["ny"]) == ("59", "125")
    asking_server.kill()

    kma.say = lambda _query: (500, KEY)
    asking_server.start()
    with contextlib.closing(asking_server.log_in()) as client:
        status = status_when(client, lambda status: status["service"] == "fails")
    assert status["counts"] == counts
    assert asking_server.stop() == 0
    log = asking_server.log.read_text()
    assert log.count("weather_service_failed reason='HTTP 500'") == 1
    assert KEY not in log
    assert "a%2Bb" not in log


def test_a_server_whose_key_is_missing_says_so_in_one_line(
    asking_server: Any, tmp_path: Path
) -> None:
    (tmp_path / "kma-key").unlink()
    with pytest.raises(AssertionError):
        asking_server.start()
    said = asking_server.log.read_text().strip().splitlines()
    assert f"weather.kma.key_file: {tmp_path / 'kma-key'}: No such file or directory" in said[-1]
    assert not any("Traceback" in line for line in said)
