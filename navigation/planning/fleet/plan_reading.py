"""A plan file read back, to be planned again; what is wrong with it is named by its field."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from navigation.planning.fleet.document import FORMAT_VERSION
from navigation.planning.fleet.plan import PlanRequest
from navigation.planning.fleet.plan_fields import (
    AwayField,
    BeforeFields,
    ChangeField,
    IncidentField,
    PlanFields,
    RequestFields,
    RouteField,
    StandsField,
    StepField,
)
from navigation.planning.fleet.priorities import PastIncident, PriorityConfig
from navigation.planning.fleet.replanning.changes import Away, Changes
from navigation.planning.fleet.replanning.team import RunningPlan
from navigation.planning.fleet.types import (
    FleetPlan,
    LeftOut,
    PlanVehicle,
    Step,
    VehiclePlan,
    Walk,
)
from patrol.config import build
from patrol.errors import PlanError, SunraError
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec
from patrol.windows import parse_instant

T = TypeVar("T")


def read_plan(path: Path, patrol_map: PatrolMap) -> RunningPlan:
    """The plan in a file that `sunra plan --out` or `sunra replan --out` wrote for this map.

    Raises PlanError naming the file and the field that is wrong, or the map that it is for.
    """
    return plan_of(_load(path), patrol_map, str(path))


def plan_of(document: dict[str, Any], patrol_map: PatrolMap, source: str) -> RunningPlan:
    """The plan in a document of `plan_file`; `source` says in errors where it is from.

    Raises PlanError as `read_plan` does.
    """
    _check_version(source, document, patrol_map)
    return _Reader(source, document, patrol_map).running()


def _load(path: Path) -> dict[str, Any]:
    def refuse(name: str) -> NoReturn:
        raise ValueError(f"{name} is no number that JSON knows")

    try:
        document = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    except FileNotFoundError:
        raise PlanError(f"{path}: no such file") from None
    except OSError as error:
        raise PlanError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise PlanError(f"{path}: is no JSON document: {error}") from None
    if not isinstance(document, dict):
        raise PlanError(f"{path}: expected a plan as a mapping, got {type(document).__name__}")
    return document


def _check_version(path: str, document: Mapping[str, Any], patrol_map: PatrolMap) -> None:
    version = document.get("format_version")
    if version != FORMAT_VERSION:
        raise PlanError(
            f"{path}: format_version: {version!r} cannot be planned again, {FORMAT_VERSION} can; "
            "make the plan anew with sunra plan --out"
        )
    for name, wanted in (("map_id", patrol_map.map_id), ("map_hash", patrol_map.content_hash)):
        if document.get(name) != wanted:
            raise PlanError(
                f"{path}: {name}: the plan is for {str(document.get(name))[:12]!r}, the map given "
                f"is {wanted[:12]!r}; take the map it was made on, or plan anew"
            )


class _Reader:
    """The parts of a document, each built with the field it stands in for its errors."""

    def __init__(self, path: str, document: dict[str, Any], patrol_map: PatrolMap) -> None:
        self._path, self._map = path, patrol_map
        self._plan = self._build(PlanFields, document, "")
        self._request = self._build(RequestFields, self._plan.request, "request")
        self._before = self._build(BeforeFields, self._plan.before, "before")
        types = self._each(VehicleSpec, self._request.vehicle_types, "request.vehicle_types")
        self._specs = [spec for _, spec in types]

    def running(self) -> RunningPlan:
        """All of it."""
        team = self._vehicles(self._request.vehicles, "request.vehicles")
        plan = self._fleet_plan()
        planned = {route.vehicle_id for route in plan.vehicles}
        for vehicle in team:
            if vehicle.id not in planned:
                raise self._wrong("vehicles", f"vehicle {vehicle.id} of the request has no route")
        gone = self._vehicles(self._before.gone, "before.gone")
        return RunningPlan(
            self._plan_request(team),
            plan,
            frozenset(self._before.done),
            frozenset(self._edges(self._before.driven_edge_ids, "before.driven_edge_ids")),
            self._before.last_visit_s,
            tuple(gone),
            tuple(self._changes((*team, *gone))),
        )

    # --------------------------------------------------------------------------- parts

    def _plan_request(self, team: list[PlanVehicle]) -> PlanRequest:
        asked, field = self._request, "request"
        history = [
            PastIncident(self._instant(made.when, f"{name}.when"), made.x_m, made.y_m,
                         made.severity)
            for name, made in self._each(IncidentField, asked.history, f"{field}.history")
        ]  # fmt: skip
        return PlanRequest(
            self._map,
            tuple(team),
            self._plan.mode,
            asked.checkpoints,
            asked.order,
            asked.area,
            asked.both_sides,
            self._horizon_s(),
            self._instant(asked.when, f"{field}.when") if asked.when else None,
            frozenset(self._edges(asked.closed_edge_ids, f"{field}.closed_edge_ids")),
            self._build(PriorityConfig, asked.priorities, f"{field}.priorities"),
            tuple(history),
            asked.seed,
        )

    def _fleet_plan(self) -> FleetPlan:
        plan = self._plan
        routes = [
            VehiclePlan(
                made.vehicle_id, tuple(self._steps(made.steps, f"{name}.steps")), made.reason,
                made.u_turn_node_ids,
            )
            for name, made in self._each(RouteField, plan.vehicles, "vehicles")
        ]  # fmt: skip
        figures = {k: math.inf if v is None else v for k, v in plan.figures.items()}
        return FleetPlan(
            plan.mode, plan.map_id, plan.map_hash, self._horizon_s(), tuple(routes),
            tuple(left for _, left in self._each(LeftOut, plan.left_out, "left_out")), figures,
            plan.notes, tuple(walk for _, walk in self._each(Walk, plan.walks, "walks")),
        )  # fmt: skip

    def _steps(self, raw: tuple[Any, ...], field: str) -> Iterator[Step]:
        for name, made in self._each(StepField, raw, field):
            self._edges(made.edge_ids, f"{name}.edge_ids")
            edges = [self._map.edges[edge_id] for edge_id in made.edge_ids]
            ends = [*made.node_ids[:1], *(edge.end_id for edge in edges)]
            if list(made.node_ids) != ends or any(
                edge.start_id != node for edge, node in zip(edges, ends, strict=False)
            ):
                raise self._wrong(f"{name}.node_ids", "are not the nodes along its edge_ids")
            if not 0 <= made.leave_s <= made.arrive_s <= made.begin_s <= made.end_s:
                raise self._wrong(name, "its times do not follow one another")
            yield Step(
                made.node_ids, made.edge_ids, made.leave_s, made.arrive_s, made.begin_s,
                made.end_s, made.length_m, made.task_id or "", made.name, made.actions,
                made.is_charge,
            )  # fmt: skip

    def _vehicles(self, raw: tuple[Any, ...], field: str) -> list[PlanVehicle]:
        found = []
        for name, made in self._each(StandsField, raw, field):
            if not 0 <= made.vehicle_type < len(self._specs):
                raise self._wrong(f"{name}.vehicle_type", f"{made.vehicle_type} is none")
            if made.node_id not in self._map.nodes:
                raise self._wrong(f"{name}.node_id", f"{made.node_id} is no node of the map")
            try:
                if made.dock_id is not None:
                    self._map.dock(made.dock_id)
                vehicle = PlanVehicle(
                    made.id, self._specs[made.vehicle_type], made.node_id, made.heading_rad,
                    made.dock_id, made.battery_pct, made.available_at_s, made.full_charge_s,
                )  # fmt: skip
            except SunraError as error:
                raise self._wrong(name, str(error)) from None
            found.append(vehicle)
        return found

    def _changes(self, known: tuple[PlanVehicle, ...]) -> Iterator[tuple[float, Changes]]:
        by_id = {vehicle.id: vehicle for vehicle in known}
        for name, made in self._each(ChangeField, self._before.changes, "before.changes"):
            away = {
                call.vehicle_id: Away(call.node_id, call.until_s)
                for _, call in self._each(AwayField, made.away, f"{name}.away")
            }
            back = tuple(by_id[vehicle_id] for vehicle_id in made.back if vehicle_id in by_id)
            found = Changes(
                frozenset(made.failed), frozenset(made.charge), away, frozenset(made.closed),
                frozenset(made.opened), back,
            )  # fmt: skip
            yield made.now_s, found

    # --------------------------------------------------------------------------- values

    def _horizon_s(self) -> float:
        return math.inf if self._plan.horizon_s is None else self._plan.horizon_s

    def _edges(self, edge_ids: tuple[int, ...], field: str) -> tuple[int, ...]:
        for edge_id in edge_ids:
            if edge_id not in self._map.edges:
                raise self._wrong(field, f"{edge_id} is no edge of the map")
        return edge_ids

    def _instant(self, text: str, field: str) -> Any:
        try:
            return parse_instant(text)
        except ValueError as error:
            raise self._wrong(field, str(error)) from None

    def _each(self, kind: type[T], raw: tuple[Any, ...], field: str) -> Iterator[tuple[str, T]]:
        for number, data in enumerate(raw):
            name = f"{field}[{number}]"
            yield name, self._build(kind, data, name)

    def _build(self, kind: type[T], data: Any, field: str) -> T:
        try:
            return build(kind, data, f"{self._path}: {field}" if field else self._path)
        except SunraError as error:
            raise PlanError(str(error)) from None

    def _wrong(self, field: str, why: str) -> PlanError:
        return PlanError(f"{self._path}: {field}: {why}")
