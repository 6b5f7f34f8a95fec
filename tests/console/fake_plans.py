"""Plans of the stand-in server: the real API's models, ways by shortest path, scripted reasons."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import networkx as nx
from fastapi import FastAPI

from fleet_server.api import models, plan_models
from fleet_server.api.errors import error_response
from fleet_server.wording import korean
from patrol.map import PatrolMap

SPEED_MPS = 1.1
STAY_S = 30.0


class FakePlans:
    """Each vehicle gets every n-th checkpoint; the last checkpoint of the map is never reached."""

    def __init__(self, patrol_map: PatrolMap, world: Any) -> None:
        self.map, self.world = patrol_map, world
        self.plans: dict[str, plan_models.PlanView] = {}
        self.asked: list[plan_models.NewPlan] = []
        self.changes: list[plan_models.PlanChanges] = []

    def make(self, new: plan_models.NewPlan) -> plan_models.PlanView:
        """A new plan."""
        self.asked.append(new)
        start = new.start.timestamp() if new.start else time.time()
        wanted = new.checkpoint_ids or [c.id for c in self.map.checkpoints]
        shares = [wanted[:-1][i :: len(new.vehicle_ids)] for i in range(len(new.vehicle_ids))]
        return self._keep(new.name, new.mode, start, new.vehicle_ids, shares, wanted[-1:])

    def replan(
        self, old: plan_models.PlanView, changes: plan_models.PlanChanges
    ) -> plan_models.PlanView:
        """A failed vehicle's checkpoints go to the first that is left."""
        self.changes.append(changes)
        tasks = {
            v.vehicle_id: [s.task_id or "" for s in v.steps if not s.is_charge]
            for v in old.vehicles
        }
        left = [v for v in tasks if v not in changes.failed]
        moved = []
        for failed in changes.failed:
            for task in tasks[failed]:
                what, why = f"checkpoint {task}", f"{failed} failed"
                moved.append(
                    plan_models.MovedView(
                        what=what, what_ko=korean(what), from_id=failed, to_id=left[0],
                        why=why, why_ko=korean(why),
                    )
                )  # fmt: skip
            tasks[left[0]] += tasks[failed]
        plan = self._keep(old.name, old.mode, old.start, left, [tasks[v] for v in left], [])
        plan.replaces, plan.moved = old.plan_id, moved
        plan.kept, plan.closed = left[1:], list(changes.closed)
        return plan

    def start(self, plan: plan_models.PlanView) -> list[models.AssignmentView]:
        """Every vehicle gets an assignment."""
        views = []
        for vehicle in plan.vehicles:
            stops = [s.task_id for s in vehicle.steps if s.task_id and not s.is_charge]
            patrol = self.world.add_patrol(plan.name, tuple(stops))
            manufacturer, serial = vehicle.vehicle_id.split("/")
            new = models.NewAssignment(
                patrol_id=patrol.patrol_id, manufacturer=manufacturer, serial_number=serial
            )
            views.append(self.world.assign(new))
            vehicle.assignment_id = views[-1].assignment_id
        plan.started = True
        if plan.replaces:
            self.plans[plan.replaces].replaced_by = plan.plan_id
        return views

    def summary(self, plan: plan_models.PlanView) -> dict[str, Any]:
        """A plan as a list and the live feed have it."""
        names = set(plan_models.PlanSummary.model_fields)
        return {**plan.model_dump(include=names), "left_out": len(plan.left_out)}

    def _keep(
        self,
        name: str,
        mode: str,
        start: float,
        vehicle_ids: list[str],
        shares: list[list[str]],
        unreached: list[str],
    ) -> plan_models.PlanView:
        vehicles = [
            self._vehicle(vehicle_id, share, start)
            for vehicle_id, share in zip(vehicle_ids, shares, strict=True)
        ]
        longest_s = max(vehicle.end_s for vehicle in vehicles)
        notes = [f"the last vehicle is back after {longest_s / 60:.1f} min"]
        plan = plan_models.PlanView(
            plan_id=f"plan-{len(self.plans) + 1}", name=name, map_id=self.map.map_id,
            map_hash=self.map.content_hash, mode=mode, vehicle_ids=vehicle_ids, start=start,
            started=False, created_by="operator", created_at=time.time(), replaces=None,
            replaced_by=None, scheduled_by=None, start_problem=None,
            start_problem_ko=None, moved=[], kept=[], horizon_s=7200.0,
            figures={"longest_s": longest_s}, incidents=2, closed=[], notes=notes,
            notes_ko=[korean(note) for note in notes], vehicles=vehicles,
            left_out=[_left_out(task_id) for task_id in unreached],
        )  # fmt: skip
        self.plans[plan.plan_id] = plan
        return plan

    def _vehicle(
        self, vehicle_id: str, share: list[str], start: float
    ) -> plan_models.PlanVehicleView:
        position = self.world.vehicles[vehicle_id].position
        here = self.map.nearest_node(position.x_m, position.y_m).id
        dock = self.map.docks[0]
        goals = [(c.id, c.name, c.node_id) for c in map(self.map.checkpoint, share)]
        steps, edge_ids, clock_s = [], dict[int, None](), 0.0
        for task_id, name, node_id in [*goals, (dock.id, dock.name, dock.node_id)]:
            nodes = nx.shortest_path(self.world.graph, here, node_id, weight="weight")
            edge_ids |= dict.fromkeys(self._edges(nodes))
            length_m = nx.path_weight(self.world.graph, nodes, "weight")
            arrive_s = clock_s + length_m / SPEED_MPS
            end_s = arrive_s + (0.0 if task_id == dock.id else STAY_S)
            steps.append(
                plan_models.PlanStepView(
                    task_id=task_id, name=name, name_ko=None, node_id=node_id,
                    is_charge=task_id == dock.id, actions=[], leave_s=clock_s, arrive_s=arrive_s,
                    begin_s=arrive_s, end_s=end_s, leave_at=start + clock_s,
                    arrive_at=start + arrive_s, begin_at=start + arrive_s, end_at=start + end_s,
                    length_m=length_m,
                )
            )  # fmt: skip
            here, clock_s = node_id, end_s
        reason = f"the only vehicle; {len(share)} of {len(share)} checkpoints"
        return plan_models.PlanVehicleView(
            vehicle_id=vehicle_id, reason=reason, reason_ko=korean(reason), assignment_id=None,
            length_m=sum(step.length_m for step in steps), driving_s=clock_s, end_s=clock_s,
            end_at=start + clock_s, u_turn_node_ids=[], edge_ids=list(edge_ids), steps=steps,
        )  # fmt: skip

    def _edges(self, nodes: list[int]) -> Iterable[int]:
        for a, b in pairwise(nodes):
            edge = self.map.edge_between[a, b]
            yield edge.id


def _left_out(task_id: str) -> plan_models.LeftOutView:
    what, remedy = f"checkpoint {task_id}", "open that way, or leave the checkpoint out"
    why = "sillim: no route from node 1 to 2: the only way passes zone hill, closed until 07:00"
    return plan_models.LeftOutView(
        what=what, what_ko=korean(what), why=why, why_ko=korean(why), remedy=remedy,
        remedy_ko=korean(remedy),
    )  # fmt: skip


def add_plan_routes(app: FastAPI, plans: FakePlans) -> None:
    """The API's own addresses."""

    @app.get("/api/v1/plans")
    def listed() -> list[dict[str, Any]]:
        return [plans.summary(plan) for plan in list(plans.plans.values())[::-1]]

    @app.get("/api/v1/plans/{plan_id}")
    def one(plan_id: str) -> plan_models.PlanView:
        return plans.plans[plan_id]

    @app.post("/api/v1/plans", status_code=201)
    async def make(new: plan_models.NewPlan) -> Any:
        if new.area == "nowhere":
            return error_response(422, "plan_impossible", "sillim: no zone 'nowhere'")
        return plans.make(new)

    @app.post("/api/v1/plans/{plan_id}/start", status_code=201)
    async def start(plan_id: str) -> Any:
        plan = plans.plans[plan_id]
        if plan.started:
            message = "the plan is started already; replan it"
            return error_response(409, "plan_started", message)
        return plans.start(plan)

    @app.put("/api/v1/plans/{plan_id}/schedule")
    async def schedule(plan_id: str) -> plan_models.PlanView:
        plans.plans[plan_id].scheduled_by = "minji"
        return plans.plans[plan_id]

    @app.delete("/api/v1/plans/{plan_id}/schedule")
    async def unschedule(plan_id: str) -> plan_models.PlanView:
        plans.plans[plan_id].scheduled_by = None
        return plans.plans[plan_id]

    @app.post("/api/v1/plans/{plan_id}/replan", status_code=201)
    async def replan(plan_id: str, changes: plan_models.PlanChanges) -> plan_models.PlanView:
        return plans.replan(plans.plans[plan_id], changes)
