"""How much a place weighs now: by its own priority, by the hour, and by what happened near it.

Incident history counts as in prospective hot-spotting (Bowers, Johnson and Pease 2004): the nearer
and the more recent, the more, with a Gaussian in distance and a half-life in time. A place where
nothing happened keeps factor 1; `max_factor` bounds the rest, so that no place is starved.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from patrol.config import load_config
from patrol.errors import ConfigError
from patrol.incident import Severity
from patrol.map import Checkpoint, PatrolMap
from patrol.windows import Windows, parse_instant

SEVERITY_WEIGHT = {
    Severity.LOW: 0.25,
    Severity.MEDIUM: 1.0,
    Severity.HIGH: 2.0,
    Severity.CRITICAL: 3.0,
}
COLUMNS = ("time", "x_m", "y_m", "severity")


@dataclass(frozen=True, slots=True)
class HourRule:
    """While `windows` hold, these checkpoints weigh `factor` times as much."""

    checkpoints: tuple[str, ...]
    windows: str
    factor: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.factor) and self.factor > 0):
            raise ValueError(f"factor: {self.factor} is not a number above 0")
        if not self.checkpoints:
            raise ValueError("checkpoints: names none")
        Windows.parse(self.windows)


@dataclass(frozen=True, slots=True)
class PriorityConfig:
    """Rules by hour, and how history counts."""

    hours: tuple[HourRule, ...] = ()
    near_m: float = 60.0  # one standard deviation of the Gaussian
    half_life_days: float = 28.0
    max_factor: float = 4.0

    def __post_init__(self) -> None:
        for name in ("near_m", "half_life_days"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name}: {value} is not a number above 0")
        if not (math.isfinite(self.max_factor) and self.max_factor >= 1):
            raise ValueError(f"max_factor: {self.max_factor} is not a number of 1 or more")


@dataclass(frozen=True, slots=True)
class PastIncident:
    """What happened where (map metres) and when."""

    when: datetime
    x_m: float
    y_m: float
    severity: Severity = Severity.MEDIUM


def weights(
    patrol_map: PatrolMap,
    checkpoints: Sequence[Checkpoint],
    when: datetime,
    config: PriorityConfig | None = None,
    history: Sequence[PastIncident] = (),
) -> dict[str, float]:
    """Weight by checkpoint id at an aware `when`; raises ConfigError for an unknown checkpoint."""
    config = config or PriorityConfig()
    known = {checkpoint.id for checkpoint in patrol_map.checkpoints}
    for rule in config.hours:
        for checkpoint_id in rule.checkpoints:
            if checkpoint_id not in known:
                raise ConfigError(
                    f"priorities: checkpoint {checkpoint_id!r} is not on map {patrol_map.map_id}"
                )
    return {
        checkpoint.id: checkpoint.priority
        * _hour_factor(patrol_map, checkpoint, when, config)
        * _history_factor(patrol_map, checkpoint, when, config, history)
        for checkpoint in checkpoints
    }


def _hour_factor(
    patrol_map: PatrolMap, checkpoint: Checkpoint, when: datetime, config: PriorityConfig
) -> float:
    return math.prod(
        rule.factor
        for rule in config.hours
        if checkpoint.id in rule.checkpoints
        and Windows.parse(rule.windows, patrol_map.time_zone).holds_at(when)
    )


def _history_factor(
    patrol_map: PatrolMap,
    checkpoint: Checkpoint,
    when: datetime,
    config: PriorityConfig,
    history: Sequence[PastIncident],
) -> float:
    node = patrol_map.nodes[checkpoint.node_id]
    total = 0.0
    for incident in history:
        age_days = (when - incident.when).total_seconds() / 86400
        if age_days < 0:
            continue  # it has not happened yet
        distance_m = math.hypot(incident.x_m - node.x_m, incident.y_m - node.y_m)
        near = math.exp(-0.5 * (distance_m / config.near_m) ** 2)
        recent = 0.5 ** (age_days / config.half_life_days)
        total += SEVERITY_WEIGHT[incident.severity] * near * recent
    return min(1.0 + total, config.max_factor)


def load_priorities(path: Path) -> PriorityConfig:
    """A priorities file (YAML); raises ConfigError."""
    return load_config(path, PriorityConfig)


def load_history(path: Path) -> list[PastIncident]:
    """Incidents from a CSV file with the columns time, x_m, y_m, severity; raises ConfigError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in COLUMNS[:3] if name not in (reader.fieldnames or ())]
            if missing:
                raise ConfigError(
                    f"{path}: line 1: no column {missing[0]}; expected {', '.join(COLUMNS)}"
                )
            return [_past(path, line, row) for line, row in enumerate(reader, start=2)]
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def _past(path: Path, line: int, row: dict[str, str]) -> PastIncident:
    try:
        x_m, y_m = float(row["x_m"]), float(row["y_m"])
        if not (math.isfinite(x_m) and math.isfinite(y_m)):
            raise ValueError("x_m, y_m: expected finite numbers")
        severity = Severity(row["severity"]) if row.get("severity") else Severity.MEDIUM
        return PastIncident(parse_instant(row["time"]), x_m, y_m, severity)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{path}: line {line}: {error}") from None
