"""SeoulPoller: asks T-Data for the lights of the map, and gives them to the feed.

A light comes by it at best as young as the city's service is behind; the feed refuses what is too
old, so a service that is slow leaves the vehicles without lights, not with old ones.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx

from fleet_server.signals.feed import SignalFeed
from fleet_server.signals.seoul import Row, SeoulError, newest_rows, phases_of
from fleet_server.signals.settings import SeoulConfig
from patrol.clock import Clock
from patrol.errors import ConfigError

log = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole addresses, and so the key

USERNAME = "seoul"  # in the log, where a user stands for a city that posts
WAIT_AT_MOST_S = 60.0  # after failures in a row


def read_key(config: SeoulConfig) -> str:
    """The API key; raises ConfigError."""
    where = f"signals.seoul.key_file: {config.key_file}"
    try:
        key = config.key_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{where}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: is no text") from None
    if not key:
        raise ConfigError(f"{where}: is empty; it must hold the API key of T-Data")
    return key


class SeoulPoller:
    """`run` until cancelled; raises ConfigError without a key."""

    def __init__(
        self,
        config: SeoulConfig,
        feed: SignalFeed,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._config, self._feed, self._clock = config, feed, clock
        self._transport = transport
        self._key = read_key(config)
        self._taken_s: dict[str, float] = {}  # stamps, so that nothing is given twice
        self._failures = 0

    async def run(self) -> None:
        """One round after the other."""
        async with self.client() as client:
            while True:
                began_s = self._clock.monotonic_s()
                wait_s = await self.step(client)
                await asyncio.sleep(max(0.0, began_s + wait_s - self._clock.monotonic_s()))

    def client(self) -> httpx.AsyncClient:
        """For `step`: it follows no redirect, which could lead from https to anywhere."""
        return httpx.AsyncClient(timeout=self._config.timeout_s, transport=self._transport)

    async def step(self, client: httpx.AsyncClient) -> float:
        """One round; how long after its beginning the next one is due, in seconds."""
        phases, timings, problems = await self._ask(client)
        try:
            found = phases_of(self._config.signals, phases, timings)
        except SeoulError as error:
            found, problems = [], [*problems, error]
        news = [p for p in found if p.observed_at > self._taken_s.get(p.signal_id, 0.0)]
        self._taken_s |= {phase.signal_id: phase.observed_at for phase in news}
        if news:
            self._feed.take(news, USERNAME)
        return self._judge(problems, nothing_came=not found)

    async def _ask(
        self, client: httpx.AsyncClient
    ) -> tuple[dict[str, Row], dict[str, Row], list[Exception]]:
        """Newest rows of phases and timings of every intersection, all asked at once, and why
        some did not come: one that fails loses no other."""
        ids = sorted({signal.itst_id for signal in self._config.signals})
        services = (("phases", self._config.phase_url), ("timings", self._config.timing_url))
        asked = [(name, self._get(client, name, url, i)) for name, url in services for i in ids]
        answers = await asyncio.gather(*(work for _, work in asked), return_exceptions=True)
        found: dict[str, dict[str, Row]] = {"phases": {}, "timings": {}}
        problems: list[Exception] = []
        for (name, _), answer in zip(asked, answers, strict=True):
            if isinstance(answer, dict):
                found[name] |= answer
            elif isinstance(answer, SeoulError | httpx.HTTPError):
                problems.append(answer)
            else:
                raise answer
        return found["phases"], found["timings"], problems

    async def _get(
        self, client: httpx.AsyncClient, service: str, url: str, itst_id: str
    ) -> dict[str, Row]:
        parameters: dict[str, Any] = {"apiKey": self._key, "type": "json", "itstId": itst_id}
        answer = await client.get(url, params={**parameters, "pageNo": 1, "numOfRows": 1})
        where = f"{service}: intersection {itst_id}"
        if answer.status_code != 200:
            raise SeoulError(f"{where}: HTTP {answer.status_code}")
        try:
            content = answer.json()
        except ValueError:
            raise SeoulError(f"{where}: the answer is no JSON") from None
        return newest_rows(content, service)

    def _judge(self, problems: list[Exception], *, nothing_came: bool) -> float:
        """Say that something is wrong at the first of a row, and when it is right again; where
        nothing comes at all, ask the less often, the longer it lasts."""
        interval_s = self._config.interval_s
        if not problems:
            if self._failures:
                log.warning("signals_poll_back failures=%d", self._failures)
            self._failures = 0
            return interval_s
        if self._failures == 0:
            reason = str(problems[0]) or type(problems[0]).__name__
            log.warning("signals_poll_failed reason=%r", reason.replace(self._key, "(key)"))
        self._failures += 1
        if not nothing_came:
            return interval_s
        wait_s = interval_s * 2.0 ** min(self._failures - 1, 10)
        return min(wait_s, max(WAIT_AT_MOST_S, interval_s))
