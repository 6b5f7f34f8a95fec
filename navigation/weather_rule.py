"""Weather: walking pace where it is bad, waiting where it is severe, while a report counts."""

from __future__ import annotations

import logging
import math
from typing import Any

from navigation.safety.ground import wall_time
from patrol.clock import parse_iso_utc
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.vda5050.messages import Action
from patrol.weather import REPORT_COUNTS_S, REPORT_WEATHER, Weather, WeatherLimits

log = logging.getLogger(__name__)

AHEAD_S = 60.0  # clocks differ
EXAMPLE = "2026-11-29T03:00:00.000Z"
NONE: frozenset[FaultKind] = frozenset()


class WeatherRule:
    """Keeps the newest report and judges it; an older one never takes a newer one's place."""

    def __init__(self, limits: WeatherLimits) -> None:
        self._limits = limits
        self._weather: Weather | None = None
        self._observed_s = -math.inf

    def note(self, action: Action, now_s: float) -> None:
        """Take a report; raises OrderError for one of which nothing can be made."""
        parameters = action.parameters()
        observed_s = _observed_s(action, parameters.pop("observedAt", None), now_s)
        try:
            weather = Weather(**parameters)
        except (TypeError, ValueError) as error:
            raise _error(action, str(error).replace("Weather.__init__() ", "")) from None
        if observed_s < self._observed_s <= now_s:
            return
        self._weather, self._observed_s = weather, observed_s
        log.info("weather_reported %s", weather)

    def faults(self, now_s: float) -> frozenset[FaultKind]:
        """WEATHER_SEVERE, WEATHER_BAD, or nothing."""
        is_of_now = abs(now_s - self._observed_s) <= REPORT_COUNTS_S
        if self._weather is None or not is_of_now:
            return NONE
        if self._limits.is_severe(self._weather):
            return frozenset({FaultKind.WEATHER_SEVERE})
        return frozenset({FaultKind.WEATHER_BAD}) if self._limits.is_bad(self._weather) else NONE


def _observed_s(action: Action, text: Any, now_s: float) -> float:
    """When it was observed; now, where nobody has set the vehicle's clock."""
    try:
        observed_s = parse_iso_utc(str(text))
    except ValueError:
        raise _error(action, f"observedAt {text!r} is no time such as {EXAMPLE}") from None
    if wall_time(now_s) is None:
        return now_s
    if not -AHEAD_S <= now_s - observed_s <= REPORT_COUNTS_S:
        hours = REPORT_COUNTS_S / 3600
        raise _error(action, f"observedAt {text}: that is not of the last {hours:g} h")
    return observed_s


def _error(action: Action, what: str) -> OrderError:
    return OrderError(
        f"{REPORT_WEATHER} {action.action_id}: {what}",
        "validationError",
        actionId=action.action_id,
    )
