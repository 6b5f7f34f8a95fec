"""Patrols, plans and assignments."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from fleet_server.api.diversion_models import (
    DiversionOption,
    DiversionTarget,
    NewDiversion,
    NewSkip,
)
from fleet_server.api.models import AssignmentView, NewAssignment, NewPatrol, PatrolView
from fleet_server.api.plan_models import NewPlan, PlanChanges, PlanSummary, PlanView
from fleet_server.api.security import AnyUser, Dispatching, Running
from fleet_server.dispatch.targets import target_of

router = APIRouter()


@router.get("/patrols")
async def patrols(_user: AnyUser, services: Running) -> list[PatrolView]:
    """Every kept patrol, oldest first."""
    return await services.patrols.views()


@router.post("/patrols", status_code=201)
async def create_patrol(new: NewPatrol, user: Dispatching, services: Running) -> PatrolView:
    """Keep a patrol."""
    return await services.patrols.create(new, user.username)


@router.delete("/patrols/{patrol_id}", status_code=204)
async def delete_patrol(patrol_id: str, user: Dispatching, services: Running) -> None:
    """Delete a patrol; its assignments stay."""
    await services.patrols.delete(patrol_id, user.username)


@router.get("/plans")
async def plans(_user: AnyUser, services: Running) -> list[PlanSummary]:
    """The newest plans for teams, newest first."""
    return await services.teams.views()


@router.get("/plans/{plan_id}")
async def one_plan(plan_id: str, _user: AnyUser, services: Running) -> PlanView:
    """One plan."""
    return await services.teams.find(plan_id)


@router.post("/plans", status_code=201)
async def plan(new: NewPlan, user: Dispatching, services: Running) -> PlanView:
    """Plan for a team of vehicles; nothing is sent."""
    return await services.teams.plan(new, user.username)


@router.post("/plans/{plan_id}/start", status_code=201)
async def start_plan(plan_id: str, user: Dispatching, services: Running) -> list[AssignmentView]:
    """Send every vehicle of a plan on its route.

    Of one that replaces a started plan: those whose rest has changed; what they do is cancelled.
    """
    return await services.teams.start(plan_id, user.username)


@router.put("/plans/{plan_id}/schedule")
async def schedule_plan(plan_id: str, user: Dispatching, services: Running) -> PlanView:
    """Have a plan that begins later start by itself at its time.

    Where a vehicle is not ready then, it is tried again for ten minutes; `start_problem` says why.
    """
    return await services.teams.schedule(plan_id, user.username)


@router.delete("/plans/{plan_id}/schedule")
async def unschedule_plan(plan_id: str, user: Dispatching, services: Running) -> PlanView:
    """Have a plan wait for a person again."""
    return await services.teams.unschedule(plan_id, user.username)


@router.post("/plans/{plan_id}/replan", status_code=201)
async def replan(
    plan_id: str, changes: PlanChanges, user: Dispatching, services: Running
) -> PlanView:
    """Plan the rest of a plan anew after something has happened; nothing is sent."""
    return await services.teams.replan(plan_id, changes, user.username)


@router.post("/assignments", status_code=201)
async def assign(new: NewAssignment, user: Dispatching, services: Running) -> AssignmentView:
    """Send a vehicle on a patrol."""
    return await services.dispatcher.assign(
        new.patrol_id,
        f"{new.manufacturer}/{new.serial_number}",
        new.return_to_dock,
        user.username,
    )


@router.get("/assignments")
async def assignments(
    _user: AnyUser, services: Running, status: Literal["active", "all"] = "active"
) -> list[AssignmentView]:
    """Assignments, newest first."""
    return await services.dispatcher.views(status == "active")


@router.get("/assignments/{assignment_id}")
async def assignment(assignment_id: str, _user: AnyUser, services: Running) -> AssignmentView:
    """One assignment."""
    return await services.dispatcher.find(assignment_id)


@router.post("/assignments/{assignment_id}/cancel")
async def cancel(assignment_id: str, user: Dispatching, services: Running) -> AssignmentView:
    """Ask the vehicle to drop it; `cancelled` when the vehicle's state says so."""
    return await services.dispatcher.cancel(assignment_id, user.username)


@router.post("/assignments/{assignment_id}/skip")
async def skip(
    assignment_id: str, body: NewSkip, user: Dispatching, services: Running
) -> AssignmentView:
    """Leave out the next checkpoint; `not_next` where it is another one by now."""
    return await services.dispatcher.skip(assignment_id, body.checkpoint_id, user.username)


@router.post("/diversions/options")
async def diversion_options(
    target: DiversionTarget, _user: AnyUser, services: Running
) -> list[DiversionOption]:
    """Which vehicles could be sent to an incident or a place, the quickest first; nothing is
    sent."""
    place = await target_of(target, services.incidents, services.maps)
    return await services.dispatcher.diversion_options(place)


@router.post("/diversions", status_code=201)
async def divert(new: NewDiversion, user: Dispatching, services: Running) -> AssignmentView:
    """Send a vehicle to an incident or a place, where it waits for an operator.

    One on patrol then goes back to the exact place where it was, and on with its patrol; the view
    is that patrol's. Any other returns to its dock, or stays there.
    """
    place = await target_of(new, services.incidents, services.maps)
    vehicle_id = f"{new.manufacturer}/{new.serial_number}"
    return await services.dispatcher.divert(place, vehicle_id, new.return_to_dock, user.username)
