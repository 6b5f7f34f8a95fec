"""Weather: the newest report, as an operator or the city's service gives it, to every vehicle.

It is kept in memory: whoever reports does so every few minutes. A vehicle has it when its state
names the report's action; one that was started anew, or was away, is told again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from fleet_server.api.weather_models import WeatherView
from fleet_server.errors import ConflictError
from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.instant_actions import InstantSender, Publish
from fleet_server.state_loop import StateLoop
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from patrol.clock import Clock, iso_utc
from patrol.vda5050.node_actions import node_action
from patrol.weather import REPORT_COUNTS_S, REPORT_WEATHER, Weather

log = logging.getLogger(__name__)

RESEND_AFTER_S = 30.0
AHEAD_S = 60.0  # clocks differ


@dataclass(frozen=True, slots=True)
class _Report:
    weather: Weather
    observed_s: float

    @property
    def action_id(self) -> str:
        return f"weather-{self.observed_s:.3f}"


class WeatherService:
    """`report` what is observed; `run` follows states until cancelled."""

    def __init__(self, database: Database, fleet: Fleet, clock: Clock, publish: Publish) -> None:
        self._database, self._fleet, self._clock = database, fleet, clock
        self._sender = InstantSender(clock, publish)
        self._report: _Report | None = None
        self._sent_s: dict[str, float] = {}
        self._loop = StateLoop(self.step)

    def view(self) -> WeatherView | None:
        """The newest report while it counts."""
        report = self._current()
        if report is None:
            return None
        told = sum(self._has_it(record, report) for record in self._fleet.records())
        values = {name: getattr(report.weather, name) for name in Weather.__dataclass_fields__}
        return WeatherView(**values, observed_at=report.observed_s, vehicles_told=told)

    async def report(self, weather: Weather, observed_s: float, username: str) -> None:
        """Take a report and tell the vehicles; raises ConflictError for one of another time."""
        now_s = self._clock.now_s()
        if not -AHEAD_S <= now_s - observed_s <= REPORT_COUNTS_S:
            hours = REPORT_COUNTS_S / 3600
            raise ConflictError(
                f"observed_at {observed_s:g}: that is not of the last {hours:g} h", "weather_old"
            )
        current = self._current()
        if current is not None and observed_s <= current.observed_s:
            raise ConflictError("a newer report is there already", "weather_old")
        await self._database.write(
            add_audit, now_s, username, "weather_reported", iso_utc(observed_s)
        )
        self._report = _Report(weather, observed_s)
        self._sent_s.clear()
        await self.step()

    async def step(self) -> None:
        """Tell every vehicle that is connected and does not have it."""
        report, now_s = self._current(), self._clock.now_s()
        if report is None:
            return
        for record in self._fleet.records():
            vehicle_id = record.address.vehicle_id
            is_waiting = now_s - self._sent_s.get(vehicle_id, 0.0) < RESEND_AFTER_S
            online = self._fleet.connection_of(record) == "ONLINE"
            if online and not is_waiting and not self._has_it(record, report):
                self._sent_s[vehicle_id] = now_s
                self._send(record, report)

    async def run(self) -> None:
        """Step when a state comes, and every second."""
        await self._loop.run()

    def on_state(self) -> None:
        """A vehicle has said which actions it knows."""
        if self._report is not None:
            self._loop.wake()

    def _current(self) -> _Report | None:
        report = self._report
        if report is None or self._clock.now_s() - report.observed_s > REPORT_COUNTS_S:
            return None
        return report

    @staticmethod
    def _has_it(record: VehicleRecord, report: _Report) -> bool:
        states = record.state.action_states if record.state is not None else ()
        return any(state.action_id == report.action_id for state in states)

    def _send(self, record: VehicleRecord, report: _Report) -> None:
        said = {
            name: getattr(report.weather, name)
            for name in Weather.__dataclass_fields__
            if getattr(report.weather, name) is not None
        }
        parameters = {"observedAt": iso_utc(report.observed_s), **said}
        action = node_action(REPORT_WEATHER, report.action_id, parameters, "HARD")
        sent = self._sender.send([action], record.address)
        log.info("weather_sent vehicle=%s sent=%s", record.address.vehicle_id, sent)
