"""Plan files: written, read back, planned again; a wrong one is named by its field."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from navigation.planning.fleet.document import plan_file
from navigation.planning.fleet.plan_reading import read_plan
from navigation.planning.fleet.priorities import HourRule, PastIncident, PriorityConfig
from navigation.planning.fleet.replanning import Away, Changes, RunningPlan, replan_fleet
from navigation.planning.fleet.types import PlanMode
from patrol.errors import PlanError
from tests.unit.navigation.planning.fleet.replans import (
    NOW_S,
    SILLIM,
    assert_drivable,
    running,
    vehicle,
)

CHANGES = Changes(
    frozenset({"v2"}), frozenset({"v3"}), {"v1": Away(SILLIM.checkpoints[0].node_id, 600.0)},
    frozenset({1371}), back=(vehicle("v7"),),
)  # fmt: skip


def written(path: Path, plan: RunningPlan) -> Path:
    path.write_text(json.dumps(plan_file(plan), allow_nan=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("mode", [PlanMode.TOUR, PlanMode.COVERAGE])
def test_a_plan_file_says_all_that_going_on_needs(tmp_path: Path, mode: PlanMode) -> None:
    before = running(mode)
    after = replan_fleet(before, NOW_S, CHANGES)
    for plan in (before, after):
        read = read_plan(written(tmp_path / "plan.json", plan), SILLIM)
        assert replace(read.request, history=()) == plan.request
        assert [v.task_ids for v in read.plan.vehicles] == [v.task_ids for v in plan.plan.vehicles]
        assert read.plan.left_out == plan.plan.left_out
        assert (read.done, read.driven_edge_ids) == (plan.done, plan.driven_edge_ids)
        assert read.gone == plan.gone
        assert [(s, replace(c, back=())) for s, c in read.changes] == [
            (s, replace(c, back=())) for s, c in plan.changes
        ]
        kept, first = plan_file(read), plan_file(plan)
        for name in ("request", "before", "walks", "left_out", "notes", "figures"):
            assert kept[name] == first[name], name
        for mine, theirs in zip(kept["vehicles"], first["vehicles"], strict=True):
            assert mine["steps"] == theirs["steps"]
    again = replan_fleet(read, NOW_S + 100, Changes(failed=frozenset({"v7"})))
    assert_drivable(again)
    direct = replan_fleet(after, NOW_S + 100, Changes(failed=frozenset({"v7"})))
    assert [v.task_ids for v in again.plan.vehicles] == [v.task_ids for v in direct.plan.vehicles]


def test_what_the_plan_was_asked_for_comes_back(tmp_path: Path) -> None:
    when = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    plan = running(PlanMode.TOUR)
    request = replace(
        plan.request, when=when, priorities=PriorityConfig((HourRule(("cp-02",), "08:00-09:00",
        2.0),), max_factor=3.0), history=(PastIncident(when, 1.0, 2.0),), both_sides=True,
        area="sillim",
    )  # fmt: skip
    read = read_plan(written(tmp_path / "p.json", replace(plan, request=request)), SILLIM)
    assert read.request == request


def put(document: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = [int(part) if part.isdecimal() else part for part in path.split("/")]
    for part in parents:
        document = document[part]  # type: ignore[index]
    document[last] = value  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("format_version", 1, "format_version: 1 cannot be planned again, 2 can"),
        ("map_id", "moon", "map_id: the plan is for 'moon', the map given is 'sillim'"),
        ("map_hash", "00", "map_hash: the plan is for '00', the map given is"),
        ("mode", "guess", "mode: 'guess' is none of: tour, coverage"),
        ("request/seed", "x", "request: seed: expected int, got 'x'"),
        ("request/surprise", 1, "request: unknown key 'surprise'"),
        ("request/vehicles/0/node_id", -5, r"request.vehicles\[0\].node_id: -5 is no node"),
        ("request/vehicles/0/vehicle_type", 9, r"vehicles\[0\].vehicle_type: 9 is none"),
        ("request/vehicles/0/battery_pct", 140, r"request.vehicles\[0\]: .*140.* is not 0 to 100"),
        ("request/vehicles/0/dock_id", "x", r"request.vehicles\[0\]: .*no dock 'x'"),
        ("request/vehicle_types/0/mass_kg", 9e9, r"vehicle_types\[0\]: mass_kg: 9e\+09"),
        ("request/when", "noon", "request.when: expected an instant"),
        ("request/closed_edge_ids", [5], "request.closed_edge_ids: 5 is no edge of the map"),
        ("vehicles/0/steps/0/edge_ids", [], r"vehicles\[0\].steps\[0\].node_ids: are not"),
        ("vehicles/0/steps/0/leave_s", 9e9, r"vehicles\[0\].steps\[0\]: its times do not follow"),
        ("vehicles/0/steps/0/name", 5, r"vehicles\[0\].steps\[0\]: name: expected str, got 5"),
        ("vehicles/0/vehicle_id", "zz", "vehicles: vehicle v1 of the request has no route"),
        ("vehicles", 5, "vehicles: expected a list, got 5"),
        ("before", None, "before: expected"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, path: str, value: Any, message: str) -> None:
    document = json.loads(json.dumps(plan_file(running(PlanMode.TOUR))))
    put(document, path, value)
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(PlanError, match=message) as caught:
        read_plan(file, SILLIM)
    assert str(caught.value).startswith(str(file))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.write_text("{"), "is no JSON document"),
        (lambda path: path.write_text("[" * 100_000), "is no JSON document"),
        (lambda path: path.write_text('{"a": NaN}'), "NaN is no number"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "is no JSON document"),
        (lambda path: path.write_text("[]"), "expected a plan as a mapping, got list"),
    ],
)
def test_what_is_no_document_is_refused(
    tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    file = tmp_path / "plan.json"
    make(file)
    with pytest.raises(PlanError, match=message):
        read_plan(file, SILLIM)
