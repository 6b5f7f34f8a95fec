"""RelayBoard: the emergency-stop circuit, the motors' power, light and siren, over DCON.

RS-485 is half duplex: one request is on its way at a time, and the next goes when it is answered
or overdue. Every request in service is led by `~**`, which feeds the board's host watchdog: when
this program hangs or the cable breaks, the board opens its relays by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from patrol_base.hardware import dcon
from patrol_base.hardware.config import RelayBoardSpec
from patrol_base.hardware.device import Driver
from patrol_base.hardware.lines import LineReader
from patrol_base.hardware.link import LinkTiming
from patrol_base.hardware.port import Port
from patrol_base.hardware.relay_requests import (
    SETUP,
    CheckWatchdog,
    ReadStatus,
    Request,
    Verdict,
    WriteRelays,
)

SILENT_AFTER_S = 0.25
ANSWER_WITHIN_S = 0.1
FOLLOW_WITHIN_S = 0.4  # from a relay's command to its reading
CHECK_EVERY = 50  # exchanges in service between two looks at the board's watchdog


@dataclass(frozen=True, slots=True)
class RelayOrder:
    """Which relays shall be closed."""

    motor_power: bool = False
    light: bool = False
    siren: bool = False


@dataclass(frozen=True, slots=True)
class RelayReport:
    """What the board reads."""

    stamp_s: float
    emergency_stop: bool  # an input of the circuit is open
    charging: bool
    motor_power: bool
    light: bool
    siren: bool
    bumped: bool = False  # the safety edges' input is open


class RelayBoard(Driver):
    """Keeps the board's relays as ordered and reads its inputs; `step` each cycle."""

    name = "relay_board"

    def __init__(self, port: Port, spec: RelayBoardSpec) -> None:
        self._spec = spec
        super().__init__(port, LinkTiming(SILENT_AFTER_S))

    def _begin(self) -> None:
        self._lines = LineReader()
        self._start_over()

    def _start_over(self) -> None:
        self._todo: list[Request] = [make(self._spec) for make in SETUP]
        self._pending: Request | None = None
        self._asked_s = -math.inf
        self._exchanges = 0
        self._report: RelayReport | None = None
        self._written: int | None = None
        self._follows_s = math.inf  # since when the relays read as they were written

    def step(self, order: RelayOrder, now_s: float) -> RelayReport | None:
        """One cycle; None while the board is not understood or not to be trusted."""
        data = self._poll(now_s)
        for line in self._lines.feed(data):
            self._take(dcon.parse_line(line, self._spec.checksum), now_s)
        overdue = now_s - self._asked_s > ANSWER_WITHIN_S
        if self._pending is None or overdue:
            self._ask(self._next(order), now_s)
        report = self._report
        if report is None or self._link.refusal:
            return None
        return report if now_s - report.stamp_s <= SILENT_AFTER_S else None

    def _readings(self) -> dict[str, str]:
        if self._report is None:
            return {}
        return {
            "emergency_stop_circuit": "open" if self._report.emergency_stop else "closed",
            "charging": str(self._report.charging).lower(),
            **self._bumper_reading(self._report),
            "motor_power": str(self._report.motor_power).lower(),
        }

    def _bumper_reading(self, report: RelayReport) -> dict[str, str]:
        if self._spec.inputs.bumper is None:
            return {}
        return {"bumper": "pressed" if report.bumped else "free"}

    def close(self, now_s: float) -> None:
        """Open every relay and let go of the port."""
        self._send(WriteRelays(self._spec, 0), now_s)
        super().close(now_s)

    def _next(self, order: RelayOrder) -> Request:
        if self._todo:
            return self._todo[0]
        self._exchanges += 1
        if self._exchanges % CHECK_EVERY == 0:
            return CheckWatchdog(self._spec)
        relays = self._bits(order)
        if relays != self._written or self._exchanges % 2:
            return WriteRelays(self._spec, relays)
        return ReadStatus(self._spec)

    def _bits(self, order: RelayOrder) -> int:
        if self._link.refusal:
            return 0
        roles = self._spec.relays
        closed = (
            (order.motor_power, roles.motor_power),
            (order.light, roles.light),
            (order.siren, roles.siren),
        )
        return sum(dcon.bit(channel) for is_closed, channel in closed if is_closed)

    def _ask(self, request: Request, now_s: float) -> None:
        self._pending, self._asked_s = request, now_s
        self._send(request, now_s)

    def _send(self, request: Request, now_s: float) -> None:
        alive = b"" if self._todo else dcon.frame(dcon.HOST_OK, self._spec.checksum)
        self._link.send(alive + dcon.frame(request.command, self._spec.checksum), now_s)

    def _take(self, said: dcon.Reply | dcon.Echo | None, now_s: float) -> None:
        if isinstance(said, dcon.Echo):
            self._link.echoed()
        elif said is not None and self._pending is not None:
            verdict = self._pending.judge(said)
            if verdict.is_understood:  # else it answers an older request, late: wait on
                self._pending = None
                self._answered(verdict, now_s)

    def _answered(self, verdict: Verdict, now_s: float) -> None:
        self._link.heard(now_s)
        if self._todo:
            self._link.refusal = verdict.refusal
        self._identity |= verdict.identity
        if verdict.starts_over:
            self._start_over()
        elif self._todo and not verdict.refusal:
            self._todo = [*verdict.then, *self._todo[1:]]
        if verdict.written is not None:
            if verdict.written != self._written:
                self._follows_s = now_s
            self._written = verdict.written
        if verdict.status is not None:
            self._read(*verdict.status, now_s)

    def _read(self, inputs: int, relays: int, now_s: float) -> None:
        roles = self._spec.inputs
        if relays == self._written:
            self._follows_s, self._link.refusal = now_s, ""
        elif now_s - self._follows_s > FOLLOW_WITHIN_S:
            self._link.refusal = (
                f"relays read {relays:04b}, written were {self._written or 0:04b}: wrong module, "
                "or another host on the bus"
            )
        self._report = RelayReport(
            stamp_s=now_s,
            emergency_stop=any(inputs & dcon.bit(channel) for channel in roles.emergency_stop),
            charging=not inputs & dcon.bit(roles.charging),
            bumped=roles.bumper is not None and bool(inputs & dcon.bit(roles.bumper)),
            motor_power=bool(relays & dcon.bit(self._spec.relays.motor_power)),
            light=bool(relays & dcon.bit(self._spec.relays.light)),
            siren=bool(relays & dcon.bit(self._spec.relays.siren)),
        )
