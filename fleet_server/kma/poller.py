"""KmaPoller: asks the weather service for the cells of the maps, and reports what it says.

It asks for the last full hour, and where the service has nothing of that yet for the one before:
how many minutes after the hour it does differs between its guides. The values of an hour are asked
for again until the next, as the service goes on measuring. Where maps lie in several cells, the
worst of each value counts, for all vehicles get one report.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import quote, quote_plus

import httpx
import sqlalchemy as sa

from fleet_server.errors import ConflictError
from fleet_server.kma.grid import cell_of
from fleet_server.kma.observation import Asked, KmaError, NoDataError, full_hour, weather_of
from fleet_server.kma.settings import KmaConfig, read_key
from fleet_server.maps import MapLibrary
from fleet_server.weather import WORSE, WeatherService
from patrol.clock import Clock
from patrol.weather import Weather

log = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole addresses, and so the key

SOURCE = "kma"
USERNAME = "kma (service)"  # no account can have that name
RETRY_AFTER_S = 30.0  # the first time, then twice as long, up to the usual interval
ANSWER_MAX_BYTES = 256 * 1024
HOUR = timedelta(hours=1)


class KmaPoller:
    """`run` until cancelled; raises ConfigError without a key."""

    def __init__(
        self, config: KmaConfig, weather: WeatherService, maps: MapLibrary, clock: Clock
    ) -> None:
        self._config, self._weather, self._maps, self._clock = config, weather, maps, clock
        self._key = read_key(config)
        self._failures = 0

    async def run(self) -> None:
        """One round after the other."""
        async with self.client() as client:
            while True:
                await asyncio.sleep(await self.step(client))

    def client(self) -> httpx.AsyncClient:
        """For `step`: it follows no redirect, which could lead from https to anywhere."""
        return httpx.AsyncClient(timeout=self._config.timeout_s)

    async def step(self, client: httpx.AsyncClient) -> float:
        """One round; how long until the next one, in seconds."""
        try:
            hour, weather = await self._ask(client)
            await self._weather.report(weather, hour.timestamp(), USERNAME, SOURCE)
        except ConflictError:  # nothing new since the last round
            log.debug("weather_service_unchanged")
        except (KmaError, httpx.HTTPError, TimeoutError, sa.exc.SQLAlchemyError) as error:
            return self._failed(error)
        if self._failures:
            log.warning("weather_service_back failures=%d", self._failures)
        self._failures = 0
        self._weather.service = "works"
        return self._config.interval_s

    async def _ask(self, client: httpx.AsyncClient) -> tuple[datetime, Weather]:
        """The oldest hour and the worst values of all cells."""
        found = (cell_of(patrol_map.origin) for patrol_map in self._maps.all())
        cells = sorted({cell for cell in found if cell is not None})
        if not cells:
            raise KmaError("no map of this server lies on the service's grid (South Korea)")
        answers = [await self._newest(client, nx, ny) for nx, ny in cells]
        return min(hour for hour, _ in answers), worst_of(weather for _, weather in answers)

    async def _newest(
        self, client: httpx.AsyncClient, nx: int, ny: int
    ) -> tuple[datetime, Weather]:
        hour = full_hour(self._clock.now_s())
        try:
            return hour, await self._get(client, Asked(nx, ny, hour))
        except NoDataError:
            return hour - HOUR, await self._get(client, Asked(nx, ny, hour - HOUR))

    async def _get(self, client: httpx.AsyncClient, asked: Asked) -> Weather:
        parameters = {"serviceKey": self._key, **asked.parameters}
        content = bytearray()
        async with (
            asyncio.timeout(self._config.timeout_s),
            client.stream("GET", self._config.url, params=parameters) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise KmaError(f"HTTP {answer.status_code}")
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > ANSWER_MAX_BYTES:
                    raise KmaError(f"the answer is longer than {ANSWER_MAX_BYTES} bytes")
        try:
            return weather_of(content.decode(), asked)
        except UnicodeDecodeError:
            raise KmaError("the answer is no text in UTF-8") from None

    def _failed(self, error: Exception) -> float:
        """Say so at the first of a row; ask the less often, the longer it lasts."""
        self._weather.service = "fails"
        if self._failures == 0:
            log.warning("weather_service_failed reason=%r", self._reason(error))
        wait_s = RETRY_AFTER_S * 2.0 ** min(self._failures, 10)
        self._failures += 1
        return min(wait_s, self._config.interval_s)

    def _reason(self, error: Exception) -> str:
        """In words, without the key however it is written."""
        reason = str(error) or type(error).__name__
        for written in (self._key, quote(self._key, safe=""), quote_plus(self._key)):
            reason = reason.replace(written, "(key)")
        return reason


def worst_of(weathers: Iterable[Weather]) -> Weather:
    """Of every value the worst that is said."""
    said = list(weathers)
    values: dict[str, float | None] = {}
    for name, worse in WORSE.items():
        numbers = [value for w in said if (value := getattr(w, name)) is not None]
        values[name] = worse(numbers) if numbers else None
    return Weather(**values)
