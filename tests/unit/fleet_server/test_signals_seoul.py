"""Seoul's T-Data: what its rows say, and a poller that is never fooled by what comes back."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from fleet_server.config import load_fleet_config
from fleet_server.signals.poller import WAIT_AT_MOST_S, SeoulPoller
from fleet_server.signals.seoul import SeoulError, newest_rows, phases_of
from fleet_server.signals.settings import SeoulConfig, SeoulSignal
from patrol.errors import ConfigError
from patrol.map import Crosswalk
from patrol.signals import MovementPhase

pytestmark = pytest.mark.anyio
KEY = "0f0f-secret"
WALK, RED = "protected-Movement-Allowed", "stop-And-Remain"
NORTH = SeoulSignal("light-1", "1560", "nt")
WEST = SeoulSignal("light-2", "1561", "wt")
AT_MS = 1_800_000_000_400


def phase_row(what: Any = WALK, **changes: Any) -> dict[str, Any]:
    return {"itstId": "1560", "trsmUtcTime": AT_MS, "ntPdsgStatNm": what, **changes}


def time_row(left: Any = 125, **changes: Any) -> dict[str, Any]:
    return {"itstId": "1560", "trsmUtcTime": AT_MS, "ntPdsgRmdrCs": left, **changes}


def read(phases: Any, timings: Any, *signals: SeoulSignal) -> Any:
    return phases_of(
        signals or (NORTH,), newest_rows(phases, "phases"), newest_rows(timings, "timings")
    )


def test_tenths_of_a_second_of_the_same_transmission_are_the_rest() -> None:
    (phase,) = read([phase_row(itstId=1560)], [time_row(trsmUtcTime=str(AT_MS))])
    assert phase.model_dump() == {
        "signal_id": "light-1",
        "observed_at": pytest.approx(1_800_000_000.4),
        "phase": MovementPhase.PROTECTED_MOVEMENT_ALLOWED,
        "time_left_s": pytest.approx(12.5),
    }


@pytest.mark.parametrize("left", [36000, 36001, 36001.0, -1, None, "", "soon", True, "NaN"])
def test_a_rest_that_is_none_is_left_out(left: Any) -> None:
    (phase,) = read([phase_row()], [time_row(left)])
    assert phase.time_left_s is None


@pytest.mark.parametrize("later_ms", [-100, 1, 1000])
def test_a_rest_of_another_transmission_is_left_out(later_ms: int) -> None:
    """It may be the sixty seconds of the red that has come in between."""
    (phase,) = read([phase_row()], [time_row(600, trsmUtcTime=AT_MS + later_ms)])
    assert phase.time_left_s is None


@pytest.mark.parametrize("said", [None, "", "null", "green", 6, "Protected-Movement-Allowed"])
def test_a_phase_that_is_none_of_the_standards_is_unavailable(said: Any) -> None:
    (phase,) = read([phase_row(said)], [])
    assert phase.phase is MovementPhase.UNAVAILABLE


def test_a_direction_is_never_taken_for_another() -> None:
    rows = [phase_row(RED, stPdsgStatNm=WALK, ntStsgStatNm=WALK)]
    (phase,) = read(rows, [time_row(None, stPdsgRmdrCs=300)])
    assert (phase.phase, phase.time_left_s) == (MovementPhase.STOP_AND_REMAIN, None)
    assert read(rows, [], SeoulSignal("light-2", "1561", "nt")) == []


def test_the_newest_of_several_rows_counts() -> None:
    rows = [phase_row(RED, trsmUtcTime=AT_MS + 500), phase_row(WALK)]
    (phase,) = read(rows, [])
    assert phase.phase is MovementPhase.STOP_AND_REMAIN


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"data": []}, "phases: expected a list of rows, got dict"),
        (["x"], "phases: expected a list of rows"),
        ([{"trsmUtcTime": AT_MS}], "phases: row 0: itstId is missing"),
        ([{"itstId": 1}], "phases: intersection 1: trsmUtcTime: None is no time"),
        ([{"itstId": 1, "trsmUtcTime": "today"}], "trsmUtcTime: 'today' is no time"),
        ([{"itstId": 1, "trsmUtcTime": float("inf")}], "trsmUtcTime: inf is no time"),
    ],
)
def test_an_answer_that_is_none_is_named(answer: Any, words: str) -> None:
    with pytest.raises(SeoulError, match=words):
        newest_rows(answer, "phases")


class TData:
    """The two services, as a test wants them to answer."""

    def __init__(self, rig: Any) -> None:
        self.rig = rig
        self.asked: list[httpx.URL] = []
        self.status = 200
        self.body: bytes | None = None
        self.failing = ""  # an intersection
        self.broken: Callable[[], Exception] | None = None
        self.what, self.left = WALK, 125
        self.age_s = 0.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url)
        if self.broken is not None:
            raise self.broken()
        itst_id = request.url.params["itstId"]
        if self.body is not None:
            return httpx.Response(self.status, content=self.body)
        status = 500 if itst_id == self.failing else self.status
        row = {
            "itstId": itst_id,
            "trsmUtcTime": round((self.rig.clock.now_s() - self.age_s) * 1000),
        }
        said: Any = self.left if "Timing" in request.url.path else self.what
        suffix = "PdsgRmdrCs" if "Timing" in request.url.path else "PdsgStatNm"
        return httpx.Response(status, json=[{**row, f"nt{suffix}": said, f"wt{suffix}": said}])


@pytest.fixture
def tdata(rig: Any, kit: Any) -> TData:
    walks = tuple(Crosswalk(f"cw-{n}", "", (1000 + n,), True, f"light-{n}") for n in (1, 2))
    rig.maps.set_current(replace(kit.square_map(), crosswalks=walks))
    return TData(rig)


@pytest.fixture
def poller(rig: Any, tdata: TData, tmp_path: Path) -> SeoulPoller:
    (tmp_path / "key").write_text(KEY + "\n")
    config = SeoulConfig(tmp_path / "key", (NORTH, WEST))
    transport = httpx.MockTransport(tdata)
    return SeoulPoller(config, rig.services.signals, rig.clock, transport)


async def rounds(poller: SeoulPoller, rig: Any, count: int = 1) -> list[float]:
    waits = []
    async with poller.client() as client:
        for _ in range(count):
            waits.append(await poller.step(client))
            rig.clock.advance(1.0)
    return waits


async def test_lights_reach_the_feed_with_the_citys_stamp(
    poller: SeoulPoller, rig: Any, tdata: TData
) -> None:
    tdata.age_s = 0.75
    assert await rounds(poller, rig) == [1.0]
    views = rig.services.signals.views()
    assert [(v.signal_id, v.light, v.time_left_s) for v in views] == [
        ("light-1", "walk", 12.5),
        ("light-2", "walk", 12.5),
    ]
    assert views[0].age_s == pytest.approx(1.75)
    assert len(tdata.asked) == 4
    assert {url.params["itstId"] for url in tdata.asked} == {"1560", "1561"}
    assert all(url.scheme == "https" and url.params["apiKey"] == KEY for url in tdata.asked)


async def test_the_same_transmission_is_given_once(
    poller: SeoulPoller, rig: Any, tdata: TData
) -> None:
    async with poller.client() as client:
        await poller.step(client)
        await poller.step(client)
    counters = rig.services.signals.counters
    assert (counters.taken, counters.refused) == (2, 0)


async def test_a_service_that_is_behind_gives_no_light(
    poller: SeoulPoller, rig: Any, tdata: TData
) -> None:
    tdata.age_s = 3.0
    await rounds(poller, rig)
    assert rig.services.signals.views() == []
    assert rig.services.signals.counters.refused == 2


async def test_an_intersection_that_fails_loses_no_other(
    poller: SeoulPoller, rig: Any, tdata: TData, caplog: pytest.LogCaptureFixture
) -> None:
    tdata.failing = "1560"
    assert await rounds(poller, rig, 3) == [1.0] * 3
    assert [view.signal_id for view in rig.services.signals.views()] == ["light-2"]
    tdata.failing = ""
    await rounds(poller, rig)
    told = [r.getMessage() for r in caplog.records if "poll" in r.getMessage()]
    assert told == [
        "signals_poll_failed reason='phases: intersection 1560: HTTP 500'",
        "signals_poll_back failures=3",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": 429}, "HTTP 429"),
        ({"status": 302}, "HTTP 302"),
        ({"body": b"<html>"}, "the answer is no JSON"),
        ({"body": b"{}"}, "expected a list of rows, got dict"),
        ({"broken": lambda: httpx.ConnectTimeout(f"to ?apiKey={KEY}")}, r"to \?apiKey=\(key\)"),
    ],
)
async def test_a_service_that_fails_is_asked_less_often_and_tells_no_key(
    poller: SeoulPoller,
    rig: Any,
    tdata: TData,
    caplog: pytest.LogCaptureFixture,
    change: dict[str, Any],
    words: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name, value in change.items():
        setattr(tdata, name, value)
    waits = await rounds(poller, rig, 8)
    assert waits[:3] == [1.0, 2.0, 4.0]
    assert max(waits) == WAIT_AT_MOST_S
    told = [r.getMessage() for r in caplog.records if "signals_poll" in r.getMessage()]
    assert len(told) == 1
    assert re.search(words, told[0])
    assert rig.services.signals.views() == []
    assert KEY not in caplog.text


GIVEN = """
signals:
  seoul:
    key_file: {key}
    signals:
      - {{signal_id: light-1, itst_id: "1560", direction: nt}}
"""


def test_the_configuration_names_what_is_wrong(tmp_path: Path) -> None:
    path, key = tmp_path / "fleet.yaml", tmp_path / "key"
    path.write_text(GIVEN.format(key=key))
    config = load_fleet_config(path).signals.seoul
    assert config is not None
    assert config.signals == (NORTH,)
    with pytest.raises(ConfigError, match=r"signals\.seoul\.key_file: .*No such file"):
        SeoulPoller(config, None, None)  # type: ignore[arg-type]
    key.write_text("\n")
    with pytest.raises(ConfigError, match=r"signals\.seoul\.key_file: .*is empty"):
        SeoulPoller(config, None, None)  # type: ignore[arg-type]
    for old, new, words in (
        ("nt}", "north}", r"fleet\.yaml:\d+: direction: 'north' is none of: nt, ne"),
        ('"1560"', "1560", "itst_id: expected str, got 1560"),
        ("seoul:", "seoul:\n    phase_url: http://t-data.seoul.go.kr/x", "must be https"),
        ("seoul:", "seoul:\n    interval_s: 0.01", r"interval_s: 0\.01 is outside"),
    ):
        path.write_text(GIVEN.format(key=key).replace(old, new))
        with pytest.raises(ConfigError, match=words):
            load_fleet_config(path)
