"""The weather service is asked by itself: what it says counts, and its failures are said once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from fleet_server.config import load_fleet_config
from fleet_server.kma.poller import ANSWER_MAX_BYTES, KmaPoller, worst_of
from fleet_server.kma.settings import KmaConfig, read_key
from fleet_server.maps import MapLibrary
from patrol.errors import ConfigError
from patrol.geodesy import GeoPoint
from patrol.weather import REPORT_COUNTS_S, Weather
from tests.unit.fleet_server.kma_answers import GATEWAY, FakeKma, Query, answer, refusal

pytestmark = pytest.mark.anyio
KEY = "a+b/c=="  # as the "decoding" key of data.go.kr is
LOGGER = "fleet_server.kma.poller"


@pytest.fixture
def kma() -> Iterator[FakeKma]:
    with FakeKma().running() as fake:
        yield fake


@pytest.fixture
def config(kma: FakeKma, tmp_path: Path) -> KmaConfig:
    key_file = tmp_path / "key"
    key_file.write_text(KEY + "\n")
    return KmaConfig(key_file=key_file, url=kma.url, timeout_s=5.0)


@pytest.fixture
def poller(rig: Any, config: KmaConfig) -> KmaPoller:
    return KmaPoller(config, rig.services.weather, rig.maps, rig.clock)


async def rounds(poller: KmaPoller, count: int = 1) -> list[float]:
    """The waits after each of some rounds."""
    async with poller.client() as client:
        return [await poller.step(client) for _ in range(count)]


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


async def test_what_the_service_says_counts_and_names_it(
    client: httpx.AsyncClient, rig: Any, kma: FakeKma, poller: KmaPoller
) -> None:
    kma.say = lambda query: (200, answer(query, T1H="1.5", RN1="0.5", WSD="3", PTY="1"))
    assert await rounds(poller) == [600.0]
    status = (await client.get("/weather/status")).json()
    assert status["service"] == "works"
    counts = status["counts"]
    assert (counts["rain_mmph"], counts["gust_mps"]) == (0.5, 5.0)
    assert (counts["temperature_c"], counts["visibility_m"]) == (1.5, None)
    assert counts["reported_by"] == ["kma (service)"]
    assert counts["observed_at"] % 3600 == 0
    assert 0 <= rig.clock.now_s() - counts["observed_at"] < 3600


async def test_it_asks_for_the_cell_of_the_map_at_the_full_hour(
    kma: FakeKma, poller: KmaPoller
) -> None:
    await rounds(poller)
    (asked,) = kma.asked
    assert (asked["nx"], asked["ny"], asked["dataType"]) == ("59", "125", "JSON")
    assert (asked["base_date"], asked["base_time"]) == ("20270115", "1700")
    assert asked["serviceKey"] == KEY


async def test_before_an_hour_is_there_the_one_before_it_counts(
    rig: Any, kma: FakeKma, poller: KmaPoller
) -> None:
    def not_yet(query: Query) -> tuple[int, str]:
        late = query["base_time"] == "1600"
        return 200, answer(query, T1H="7") if late else refusal("03", "NO_DATA")

    kma.say = not_yet
    assert await rounds(poller) == [600.0]
    assert rig.services.weather.view().temperature_c == 7.0
    assert [query["base_time"] for query in kma.asked] == ["1700", "1600"]


async def test_an_hour_is_taken_once_and_again_where_its_values_change(
    rig: Any, kma: FakeKma, poller: KmaPoller, caplog: pytest.LogCaptureFixture
) -> None:
    await rounds(poller, 2)
    kma.say = lambda query: (200, answer(query, T1H="5", RN1="31"))
    await rounds(poller)
    assert rig.services.weather.view().rain_mmph == 31.0
    lines_of_audit = await rig.database.read(
        lambda c: c.execute(sa.text("SELECT username FROM audit")).scalars().all()
    )
    assert lines_of_audit == ["kma (service)"] * 2
    assert lines(caplog) == []


BAD = {
    "refusal": ((200, refusal("22", "LIMITED_NUMBER")), "resultCode 22: LIMITED_NUMBER"),
    "gateway": ((200, GATEWAY), "resultCode 30: SERVICE_KEY_IS_NOT_REGISTERED_ERROR"),
    "no data": ((200, refusal("03", "NO_DATA")), "resultCode 03: NO_DATA"),
    "500": ((500, "oops"), "HTTP 500"),
    "redirect": ((302, ""), "HTTP 302"),
    "garbage": ((200, "\x00\x01 hello"), "the answer is no JSON"),
    "too long": ((200, "x" * (ANSWER_MAX_BYTES + 1)), "longer than"),
    "key": ((200, refusal("30", f"bad key {KEY}")), "bad key (key)"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_failure_is_said_once_and_so_is_that_it_is_over(
    rig: Any, kma: FakeKma, poller: KmaPoller, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    said, why = BAD[name]
    kma.say = lambda _query: said
    waits = await rounds(poller, 6)
    assert waits == [30.0, 60.0, 120.0, 240.0, 480.0, 600.0]
    (line,) = lines(caplog)
    assert line.startswith("weather_service_failed reason=")
    assert why in line
    assert rig.services.weather.view() is None
    assert rig.services.weather.status().service == "fails"
    kma.say = lambda query: (200, answer(query, T1H="5"))
    assert await rounds(poller) == [600.0]
    assert lines(caplog)[1:] == ["weather_service_back failures=6"]
    assert rig.services.weather.status().service == "works"


async def test_a_service_that_does_not_answer_is_given_up_and_what_counted_counts_on(
    rig: Any, kma: FakeKma, config: KmaConfig, caplog: pytest.LogCaptureFixture
) -> None:
    await rig.services.weather.report(Weather(rain_mmph=3.0), rig.clock.now_s(), "minji")

    def silent(_query: Query) -> tuple[int, str]:
        kma.released.wait(timeout=30.0)
        return 500, ""

    kma.say = silent
    quick = KmaConfig(key_file=config.key_file, url=config.url, timeout_s=0.2)
    poller = KmaPoller(quick, rig.services.weather, rig.maps, rig.clock)
    assert await rounds(poller) == [30.0]
    assert "reason='" in lines(caplog)[0]
    assert "Timeout" in lines(caplog)[0]
    assert rig.services.weather.view().rain_mmph == 3.0
    rig.clock.advance(REPORT_COUNTS_S + 1)
    assert rig.services.weather.view() is None  # and no longer than it counts anyway


async def test_a_service_that_is_not_there_is_said_once(
    rig: Any, config: KmaConfig, kma: FakeKma, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = KmaConfig(key_file=config.key_file, url="http://127.0.0.1:1/nobody")
    poller = KmaPoller(nobody, rig.services.weather, rig.maps, rig.clock)
    await rounds(poller, 2)
    assert len(lines(caplog)) == 1
    assert kma.asked == []


async def test_a_database_that_refuses_does_not_end_the_poller(
    rig: Any, poller: KmaPoller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(*_arguments: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, OSError("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr(rig.database, "write", full)
        assert await rounds(poller) == [30.0]
    assert "disk full" in lines(caplog)[0]
    await rounds(poller)
    assert rig.services.weather.view().temperature_c == 5.0


async def test_the_key_is_in_no_log_line(
    kma: FakeKma, poller: KmaPoller, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await rounds(poller)
        kma.say = lambda _query: (500, "")
        await rounds(poller)
    text = "\n".join(record.getMessage() for record in caplog.records)
    assert "weather_service_failed" in text
    assert KEY not in text
    assert "a%2Bb" not in text


async def test_maps_in_several_cells_get_the_worst_and_those_elsewhere_are_left_out(
    rig: Any, kma: FakeKma, config: KmaConfig, kit: Any
) -> None:
    here = kit.square_map()
    jongno = replace(here, map_id="jongno", origin=GeoPoint(37.57037, 126.98164))
    helsinki = replace(here, map_id="helsinki", origin=GeoPoint(60.17, 24.94))
    maps = MapLibrary([here, jongno, helsinki])

    def say(query: Query) -> tuple[int, str]:
        values = {"59": ("3", "2"), "60": ("-1", "0")}[query["nx"]]
        return 200, answer(query, T1H=values[0], RN1=values[1])

    kma.say = say
    await rounds(KmaPoller(config, rig.services.weather, maps, rig.clock))
    view = rig.services.weather.view()
    assert (view.rain_mmph, view.temperature_c) == (2.0, -1.0)
    assert len(kma.asked) == 2


async def test_maps_that_lie_elsewhere_are_said_and_nothing_is_asked(
    rig: Any, kma: FakeKma, config: KmaConfig, kit: Any, caplog: pytest.LogCaptureFixture
) -> None:
    helsinki = replace(kit.square_map(), origin=GeoPoint(60.17, 24.94))
    poller = KmaPoller(config, rig.services.weather, MapLibrary([helsinki]), rig.clock)
    await rounds(poller)
    assert "no map of this server lies on the service's grid" in lines(caplog)[0]
    assert kma.asked == []


def test_the_worst_is_taken_of_what_is_said() -> None:
    worst = worst_of([Weather(1.0, None, 90.0, 5.0), Weather(0.5, 4.0, 50.0, None)])
    assert worst == Weather(1.0, 4.0, 50.0, 5.0)


def test_the_key_comes_from_a_file_or_the_environment_in_either_spelling(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("a%2Bb%2Fc%3D%3D\n")
    assert read_key(KmaConfig(key_file=path)) == KEY
    assert read_key(KmaConfig(key_env="KMA_KEY"), {"KMA_KEY": KEY}) == KEY


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        (b"  \n", "is empty"),
        (b"one\ntwo", "more than one key"),
        ("열쇠".encode(), "more than one key"),
        (b"\xff\xfe", "is no text"),
    ],
)
def test_a_key_file_without_a_key_is_named(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=f"weather.kma.key_file: .*key: .*{why}"):
        read_key(KmaConfig(key_file=path))


def test_an_environment_without_the_key_is_named() -> None:
    with pytest.raises(ConfigError, match=r"weather\.kma\.key_env: KMA_KEY: is empty"):
        read_key(KmaConfig(key_env="KMA_KEY"), {})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", "give either key_file or key_env"),
        ("{key_env: A, key_file: b}", "give either key_file or key_env"),
        ("{key_env: A, url: 'http://apis.data.go.kr/x'}", "url: must be https"),
        ("{key_env: A, interval_s: 1}", "interval_s: 1 is outside"),
        ("{key_env: A, timeout_s: 0}", "timeout_s: 0 is outside"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_text(f"weather:\n  kma: {text}\n")
    with pytest.raises(ConfigError, match=why):
        load_fleet_config(path)


def test_the_shortest_configuration_names_the_key_alone(tmp_path: Path) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_text("weather: {kma: {key_env: KMA_KEY}}\n")
    config = load_fleet_config(path).weather.kma
    assert config is not None
    assert config.url.startswith("https://apis.data.go.kr/1360000/VilageFcstInfoService_2.0/")
    assert load_fleet_config(None).weather.kma is None
