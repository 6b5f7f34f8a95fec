"""The city's lights through a real server and its broker to a vehicle's client, and their age."""

from __future__ import annotations

import asyncio
import json
import statistics
import threading
import time
from collections.abc import AsyncIterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from fleet_client.client import FleetClient
from fleet_client.options import LinkHandlers
from fleet_client.signals import MAX_AGE_S, SignalNews
from fleet_client.state_builder import MapRef, StateContent
from fleet_server.signals.feed import LOST_AFTER_S
from patrol.geometry import Pose2
from patrol.map_geojson import load_map
from patrol.signals import SignalDark, SignalLight, SignalState
from patrol.vehicle import load_vehicle

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
PASSWORD = "lights of the city"
WALK, RED = "protected-Movement-Allowed", "stop-And-Remain"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def city(server: Any) -> httpx.Client:
    """The city's service account, made by the administrator, logged in."""
    with closing(server.log_in()) as admin:
        made = admin.post(
            "/users",
            json={"username": "city", "password": PASSWORD, "role": "city_signals"},
        )
        assert made.status_code == 201, made.text
    client = httpx.Client(base_url=server.url + "/api/v1")
    answer = client.post("/session", json={"username": "city", "password": PASSWORD})
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return client


class Vehicle:
    """A client that says once a second on which map it is, and remembers its lights with ages."""

    def __init__(self, server: Any) -> None:
        self.told: list[SignalNews] = []
        self.ages_s: list[float] = []
        self.client = FleetClient(
            server.enroll("sunra/goalie-01"),
            load_vehicle(ROOT / "config/vehicles/goalie.yaml"),
            MapRef.of(load_map(server.map_file)),
            LinkHandlers(lambda _order: None, lambda _action: None, on_signals=self._hear),
            spool_path=None,
        )
        self._tasks = [asyncio.create_task(self.client.run()), asyncio.create_task(self._say())]

    def _hear(self, news: tuple[SignalNews, ...]) -> None:
        self.told += news
        self.ages_s += [time.time() - heard.stamp_s for heard in news]

    async def _say(self) -> None:
        while True:
            self.client.publish_state(StateContent(pose=Pose2(1.0, 2.0, 0.5), battery_pct=80.0))
            await asyncio.sleep(1.0)

    async def stop(self) -> None:
        self._tasks[1].cancel()
        self.client.stop()
        await asyncio.wait_for(self._tasks[0], 10.0)


@pytest.fixture
async def vehicle(server: Any) -> AsyncIterator[Vehicle]:
    """Connected, and known to be on the map."""
    made = Vehicle(server)
    with closing(server.log_in()) as api:
        async with asyncio.timeout(30.0):
            while not any(v["map_hash"] for v in api.get("/vehicles").json()):
                await asyncio.sleep(0.1)
    yield made
    await made.stop()


async def post(city: httpx.Client, phase: str, **more: Any) -> Any:
    body = {"signal_id": "signal-1", "observed_at": time.time(), "phase": phase, **more}
    answer = await asyncio.to_thread(city.post, "/signals", json={"phases": [body]})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def until(vehicle: Vehicle, count: int) -> None:
    async with asyncio.timeout(10.0):
        while len(vehicle.told) < count:
            await asyncio.sleep(0.01)


async def test_a_walk_and_its_end_reach_the_vehicle_young(
    city: httpx.Client, vehicle: Vehicle, server: Any
) -> None:
    assert (await post(city, RED))["accepted"] == 1
    await until(vehicle, 1)
    await asyncio.sleep(0.6)
    await post(city, WALK, time_left_s=12.5)
    await until(vehicle, 2)
    await asyncio.sleep(0.6)
    await post(city, "dark")
    await until(vehicle, 3)
    red, walk, dark = vehicle.told
    assert isinstance(red, SignalState)
    assert isinstance(walk, SignalState)
    assert (red.light, walk.light) == (SignalLight.DONT_WALK, SignalLight.WALK)
    assert walk.walk_left_s == 12.5
    assert isinstance(dark, SignalDark)
    assert max(vehicle.ages_s) < MAX_AGE_S
    health = httpx.get(server.url + "/api/v1/health").json()
    assert (health["signals_told"], health["signals_taken"]) == (1, 3)
    assert 0 <= health["signals_age_s"] < 5
    await asyncio.sleep(LOST_AFTER_S + 1.5)
    health = httpx.get(server.url + "/api/v1/health").json()
    assert health["signals_told"] == 0
    assert health["signals_age_s"] > LOST_AFTER_S
    assert "signals_lost silent_s=" in server.log.read_text()


@pytest.mark.parametrize(("posts", "every_s"), [(10, 1.0), (40, 0.25)])
async def test_posts_at_any_rate_arrive_young_and_at_most_twice_a_second(
    city: httpx.Client, vehicle: Vehicle, posts: int, every_s: float
) -> None:
    """Prints the ages that docs/operations.md#pedestrian-signals tells, by one machine's clock."""
    began_s = time.monotonic()
    for _ in range(posts):
        await post(city, RED)
        await asyncio.sleep(every_s)
    lasted_s = time.monotonic() - began_s
    assert 0.7 * min(posts, 2 * lasted_s) <= len(vehicle.told) <= 2 * lasted_s + 2
    ages_s = sorted(vehicle.ages_s)
    print(
        f"\nposts every {every_s:g} s: {len(ages_s)} messages, age at the fleet client "
        f"{statistics.median(ages_s):.3f} s (median), {ages_s[-1]:.3f} s (most)"
    )
    assert ages_s[-1] < MAX_AGE_S


class TData(BaseHTTPRequestHandler):
    """Seoul's two services, of one intersection whose northern light shows walk."""

    def do_GET(self) -> None:  # the library's name
        suffix, said = ("RmdrCs", 125) if "Timing" in self.path else ("StatNm", WALK)
        row = {"itstId": "1560", "trsmUtcTime": int(time.time()) * 1000, f"ntPdsg{suffix}": said}
        content = json.dumps([row]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


async def test_the_server_fetches_lights_where_it_is_told_to(
    new_server: Any, tmp_path: Path
) -> None:
    service = ThreadingHTTPServer(("127.0.0.1", 0), TData)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{service.server_address[1]}"
    (tmp_path / "key").write_text("a key")
    new_server.config_file = tmp_path / "fleet.yaml"
    new_server.config_file.write_text(
        f"""signals:
  seoul:
    key_file: {tmp_path / "key"}
    phase_url: {base}/v2xSignalPhaseInformation/1.0
    timing_url: {base}/v2xSignalPhaseTimingInformation/1.0
    signals:
      - {{signal_id: signal-1, itst_id: "1560", direction: nt}}
"""
    )
    new_server.start()
    with closing(new_server.log_in()) as api:
        async with asyncio.timeout(15.0):
            while not (views := api.get("/signals").json()):
                await asyncio.sleep(0.2)
    service.shutdown()
    service.server_close()
    (view,) = views
    assert (view["signal_id"], view["map_ids"], view["light"]) == ("signal-1", ["sillim"], "walk")
    assert view["time_left_s"] in (12.5, None)  # None: the second has turned between two answers
