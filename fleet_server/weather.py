"""Weather: the newest reports, of people and of a weather service, to every vehicle.

The newest report of either source is kept in the database. What counts is the newest one's; what
it does not say (the service sees no fog) is the other's, while that counts itself. People see the
street, a service the last hour of a district: what it says later never makes theirs milder. A
vehicle has it when its state names the report's action; one that was started anew, or was away, is
told again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from fleet_server.api.weather_models import WeatherStatus, WeatherView
from fleet_server.errors import ConflictError
from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.instant_actions import InstantSender, Publish
from fleet_server.state_loop import StateLoop
from fleet_server.store.database import Database
from fleet_server.store.weather import put_report, select_reports
from patrol.clock import Clock, iso_utc
from patrol.vda5050.node_actions import node_action
from patrol.weather import RANGES, REPORT_COUNTS_S, REPORT_WEATHER, Weather

log = logging.getLogger(__name__)

PEOPLE = "people"  # who reports over the API
RESEND_AFTER_S = 30.0
AHEAD_S = 60.0  # clocks differ
WORSE = {"rain_mmph": max, "gust_mps": max, "visibility_m": min, "temperature_c": min}


@dataclass(frozen=True, slots=True)
class _Report:
    weather: Weather
    observed_s: float
    reported_by: str
    source: str

    def is_of(self, now_s: float) -> bool:
        """Whether it counts: neither old nor of the future."""
        return -AHEAD_S <= now_s - self.observed_s <= REPORT_COUNTS_S


@dataclass(frozen=True, slots=True)
class _Standing:
    """What reports, newest first, say together."""

    weather: Weather
    observed_s: float
    reported_by: tuple[str, ...]

    @property
    def action_id(self) -> str:
        """Another one whenever vehicles must be told anew."""
        said = repr((asdict(self.weather), self.observed_s))
        return f"weather-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


class WeatherService:
    """`resume` at the start, `report` what is observed; `run` follows states until cancelled."""

    def __init__(self, database: Database, fleet: Fleet, clock: Clock, publish: Publish) -> None:
        self._database, self._fleet, self._clock = database, fleet, clock
        self._sender = InstantSender(clock, publish)
        self._reports: dict[str, _Report] = {}  # by source
        self._sent_s: dict[str, float] = {}
        self._sent_id = ""
        self._loop = StateLoop(self.step)
        self._reporting = asyncio.Lock()
        self.service: Literal["none", "works", "fails"] = "none"

    async def resume(self) -> None:
        """Take up what was reported before the server was started."""
        for row in await self._database.read(select_reports):
            try:
                self._reports[row["source"]] = _report_of(row)
            except ValueError as error:  # the ranges of this version are narrower
                log.warning("weather_kept_refused source=%s reason=%r", row["source"], str(error))

    def view(self) -> WeatherView | None:
        """What counts; None where no report does."""
        standing = self._standing()
        if standing is None:
            return None
        online = [r for r in self._fleet.records() if self._is_online(r)]
        told = sum(self._has_it(record, standing) for record in online)
        return WeatherView(
            **asdict(standing.weather),
            observed_at=standing.observed_s,
            reported_by=list(standing.reported_by),
            vehicles_told=told,
        )

    def status(self) -> WeatherStatus:
        """What counts, or how old the newest report is."""
        newest_s = max((r.observed_s for r in self._reports.values()), default=None)
        return WeatherStatus(
            counts=self.view(),
            age_s=None if newest_s is None else max(0.0, self._clock.now_s() - newest_s),
            vehicles=self._fleet.online_count(),
            service=self.service,
        )

    async def report(
        self, weather: Weather, observed_s: float, username: str, source: str = PEOPLE
    ) -> None:
        """Take a report and tell the vehicles; raises ConflictError for one of another time, and
        for one that is no news of its source."""
        now_s = self._clock.now_s()
        report = _Report(weather, observed_s, username, source)
        if not report.is_of(now_s):
            hours = REPORT_COUNTS_S / 3600
            raise ConflictError(
                f"observed_at {observed_s:g}: that is not of the last {hours:g} h", "weather_old"
            )
        async with self._reporting:  # two at once: the older must not be kept over the newer
            if not self._is_news(report):
                raise ConflictError("a newer report is there already", "weather_old")
            await self._database.write(put_report, _row_of(report, now_s))
            self._reports[source] = report
        await self.step()

    async def step(self) -> None:
        """Tell every vehicle that is connected and does not have it."""
        standing, now_s = self._standing(), self._clock.now_s()
        if standing is None:
            return
        if standing.action_id != self._sent_id:
            self._sent_id = standing.action_id
            self._sent_s.clear()
        for record in self._fleet.records():
            vehicle_id = record.address.vehicle_id
            is_waiting = now_s - self._sent_s.get(vehicle_id, 0.0) < RESEND_AFTER_S
            if self._is_online(record) and not is_waiting and not self._has_it(record, standing):
                self._sent_s[vehicle_id] = now_s
                self._send(record, standing)

    async def run(self) -> None:
        """Step when a state comes, and every second."""
        await self._loop.run()

    def on_state(self) -> None:
        """A vehicle has said which actions it knows."""
        if self._reports:
            self._loop.wake()

    def _standing(self) -> _Standing | None:
        now_s = self._clock.now_s()
        counting = [report for report in self._reports.values() if report.is_of(now_s)]
        counting.sort(key=lambda report: -report.observed_s)
        return _together(counting) if counting else None

    def _is_news(self, report: _Report) -> bool:
        """A source may say more of the same moment; what is of an earlier one comes too late."""
        known = self._reports.get(report.source)
        if known is None or not known.is_of(self._clock.now_s()):
            return True
        if report.observed_s == known.observed_s:
            return report.weather != known.weather
        return report.observed_s > known.observed_s

    def _is_online(self, record: VehicleRecord) -> bool:
        return self._fleet.connection_of(record) == "ONLINE"

    @staticmethod
    def _has_it(record: VehicleRecord, standing: _Standing) -> bool:
        states = record.state.action_states if record.state is not None else ()
        return any(state.action_id == standing.action_id for state in states)

    def _send(self, record: VehicleRecord, standing: _Standing) -> None:
        said = {
            name: value for name, value in asdict(standing.weather).items() if value is not None
        }
        parameters = {"observedAt": iso_utc(standing.observed_s), **said}
        action = node_action(REPORT_WEATHER, standing.action_id, parameters, "HARD")
        sent = self._sender.send([action], record.address)
        log.info("weather_sent vehicle=%s sent=%s", record.address.vehicle_id, sent)


def _row_of(report: _Report, now_s: float) -> dict[str, Any]:
    return {
        "source": report.source,
        "observed_at_s": report.observed_s,
        "reported_at_s": now_s,
        "reported_by": report.reported_by,
        **asdict(report.weather),
    }


def _report_of(row: Mapping[str, Any]) -> _Report:
    """From its row; raises ValueError."""
    weather = Weather(**{name: row[name] for name in RANGES})
    return _Report(weather, row["observed_at_s"], row["reported_by"], row["source"])


def _together(newest_first: Sequence[_Report]) -> _Standing:
    """Of every value the newest; where people have said a worse one before a service, theirs."""
    values: dict[str, float] = {}
    for report in newest_first:
        for name, value in asdict(report.weather).items():
            if value is None:
                continue
            if name not in values:
                values[name] = value
            elif report.source == PEOPLE:
                values[name] = WORSE[name](values[name], value)
    names = tuple(report.reported_by for report in newest_first)
    return _Standing(Weather(**values), newest_first[0].observed_s, names)
