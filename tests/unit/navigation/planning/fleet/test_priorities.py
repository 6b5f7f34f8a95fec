"""How much a checkpoint weighs by hour and by history."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from navigation.planning.fleet.priorities import (
    HourRule,
    PastIncident,
    PriorityConfig,
    load_history,
    load_priorities,
    weights,
)
from patrol.errors import ConfigError
from patrol.incident import Severity
from patrol.map_geojson import load_map

ROOT = Path(__file__).resolve().parents[5]
SILLIM = load_map(ROOT / "maps" / "sillim.geojson")
SEOUL = ZoneInfo("Asia/Seoul")
NIGHT = datetime(2026, 3, 2, 23, 30, tzinfo=SEOUL)
HERE, ELSEWHERE = SILLIM.checkpoints[0], SILLIM.checkpoints[8]
NODE = SILLIM.nodes[HERE.node_id]


def past(days: float, east_m: float = 0.0, severity: Severity = Severity.MEDIUM) -> PastIncident:
    return PastIncident(NIGHT - timedelta(days=days), NODE.x_m + east_m, NODE.y_m, severity)


def weight(*history: PastIncident, config: PriorityConfig | None = None) -> float:
    return weights(SILLIM, [HERE], NIGHT, config, history)[HERE.id] / HERE.priority


def test_without_rules_and_history_the_maps_priority_counts() -> None:
    found = weights(SILLIM, SILLIM.checkpoints, NIGHT)
    assert found == {c.id: c.priority for c in SILLIM.checkpoints}


def test_nearer_more_recent_and_graver_weighs_more() -> None:
    assert 1 < weight(past(30)) < weight(past(3)) < weight(past(3, severity=Severity.CRITICAL))
    assert weight(past(3, east_m=100)) < weight(past(3))
    assert weight(past(28)) == pytest.approx(1.5)


def test_history_is_bounded_and_what_lies_ahead_does_not_count() -> None:
    assert weight(*[past(1)] * 100) == PriorityConfig().max_factor
    assert weight(past(-1)) == 1.0


def test_rules_hold_in_their_hours_only() -> None:
    config = PriorityConfig((HourRule((HERE.id,), "22:00-05:00", 3.0),))
    assert weight(config=config) == 3.0
    noon = weights(SILLIM, [HERE, ELSEWHERE], NIGHT.replace(hour=12), config)
    assert noon[HERE.id] == HERE.priority
    assert weights(SILLIM, [ELSEWHERE], NIGHT, config)[ELSEWHERE.id] == ELSEWHERE.priority


def test_an_unknown_checkpoint_in_a_rule_is_named() -> None:
    config = PriorityConfig((HourRule(("cp-99",), "22:00-05:00", 3.0),))
    with pytest.raises(ConfigError, match="'cp-99' is not on map sillim"):
        weights(SILLIM, [HERE], NIGHT, config)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hours:\n- {checkpoints: [a], windows: '25:00', factor: 2}", "25:00"),
        ("hours:\n- {checkpoints: [a], windows: '24/7', factor: 0}", "factor"),
        ("hours:\n- {checkpoints: [], windows: '24/7', factor: 2}", "names none"),
        ("max_factor: 0.5", "max_factor"),
        ("near_m: .nan", "near_m"),
        ("half_life_days: -1", "half_life_days"),
        ("nearest_m: 3", "nearest_m"),
    ],
)
def test_a_bad_priorities_file_gets_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_priorities(path)
    assert str(path) in str(caught.value)


def test_history_is_read_from_csv(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text("time,x_m,y_m,severity\n2026-03-01T23:30:00+09:00,1.5,-2,high\n")
    (incident,) = load_history(path)
    assert (incident.x_m, incident.y_m, incident.severity) == (1.5, -2.0, Severity.HIGH)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time,x_m\n", "line 1: no column y_m"),
        ("", "line 1: no column time"),
        ("time,x_m,y_m\n2026-03-01,1,2\n", "line 2: expected an instant"),
        ("time,x_m,y_m\n2026-03-01T00:00:00Z,nan,2\n", "line 2: x_m"),
        ("time,x_m,y_m,severity\n2026-03-01T00:00:00Z,1,2,huge\n", "line 2: 'huge'"),
        ("time,x_m,y_m\n2026-03-01T00:00:00Z,1\n", "line 2"),
    ],
)
def test_bad_history_names_the_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "h.csv"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_history(path)
