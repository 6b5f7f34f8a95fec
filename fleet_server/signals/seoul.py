"""What Seoul's T-Data says of pedestrian signals, as phases of the map's signals; pure.

Two services of t-data.seoul.go.kr, each a JSON list of rows, one an intersection (`itstId`) with
the time of transmission `trsmUtcTime` in ms since the epoch: v2xSignalPhaseInformation (data set
10119) with `{direction}PdsgStatNm`, a phase in J2735's words, and v2xSignalPhaseTimingInformation
(10120) with `{direction}PdsgRmdrCs`, the rest of the phase in tenths of a second as a TimeMark
gives it: 36000 and 36001 are none. Fields and units as the portal's pages and programs that read
it say (2026); no key was at hand to ask it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from fleet_server.api.signal_models import NewPhase
from fleet_server.signals.settings import SeoulSignal
from patrol.errors import SunraError
from patrol.signals import LEFT_BELOW_S, MovementPhase

TENTH_S = 0.1
MILLISECOND_S = 0.001
Row = Mapping[str, Any]


class SeoulError(SunraError):
    """An answer that is not what T-Data is known to give."""


def newest_rows(answer: Any, service: str) -> dict[str, Row]:
    """The newest row of every intersection; raises SeoulError."""
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise SeoulError(f"{service}: expected a list of rows, got {type(answer).__name__}")
    newest: dict[str, Row] = {}
    for number, row in enumerate(answer):
        if "itstId" not in row:
            raise SeoulError(f"{service}: row {number}: itstId is missing")
        itst_id, stamp_s = str(row["itstId"]), stamp_of(row, service)
        if itst_id not in newest or stamp_of(newest[itst_id], service) < stamp_s:
            newest[itst_id] = row
    return newest


def stamp_of(row: Row, service: str) -> float:
    """When it was transmitted, in seconds since the epoch; raises SeoulError."""
    said = row.get("trsmUtcTime")
    value = _number(said)
    if value is None or value < 0:
        where = f"{service}: intersection {row.get('itstId')}: trsmUtcTime"
        raise SeoulError(f"{where}: {said!r} is no time in ms since the epoch")
    return value * MILLISECOND_S


def phases_of(
    signals: Iterable[SeoulSignal], phases: Mapping[str, Row], timings: Mapping[str, Row]
) -> list[NewPhase]:
    """The phases of signals whose intersection has a row; raises SeoulError for a bad one.

    A rest is taken only from a row of the very same transmission as the phase: one of another
    moment may be the rest of another phase, and a red light's is no walk's. A direction without a
    phase, or with one that is none of the standard's, is unavailable.
    """
    found = []
    for signal in signals:
        row = phases.get(signal.itst_id)
        if row is None:
            continue
        observed_s = stamp_of(row, "phases")
        timing = timings.get(signal.itst_id)
        left_s = None
        if timing is not None and stamp_of(timing, "timings") == observed_s:
            left_s = _left_s(timing.get(f"{signal.direction}PdsgRmdrCs"))
        found.append(
            NewPhase(
                signal_id=signal.signal_id,
                observed_at=observed_s,
                phase=_phase(row.get(f"{signal.direction}PdsgStatNm")),
                time_left_s=left_s,
            )
        )
    return found


def _phase(said: object) -> MovementPhase:
    try:
        return MovementPhase(str(said))
    except ValueError:
        return MovementPhase.UNAVAILABLE


def _left_s(said: object) -> float | None:
    value = _number(said)
    left_s = -1.0 if value is None else value * TENTH_S
    return left_s if 0.0 <= left_s < LEFT_BELOW_S else None


def _number(said: object) -> float | None:
    """A number, written as one or as text."""
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        return None
    try:
        value = float(said)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None
