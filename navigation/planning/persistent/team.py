"""The vehicles of a persistent patrol, as its planner sees them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from navigation.planning.patrol_graph import PatrolGraph
from patrol.errors import PlanError


@dataclass(frozen=True, slots=True)
class TeamVehicle:
    """Where a vehicle starts, how long it drives on a full battery, and where it charges.

    `place` and `dock` number places of the graph. Without a place the vehicle starts in its slot;
    with a finite endurance it needs a dock. The endurance is what may be used, reserve left out.
    """

    id: str
    place: int | None = None
    ready_s: float = 0.0  # when it stands at its place, able to leave
    endurance_s: float = math.inf
    charge_s: float = 0.0  # at the dock, for a full endurance
    dock: int | None = None
    detour_s: float = 0.0  # from the dock's place to the charger itself and back, every time

    def __post_init__(self) -> None:
        if not self.endurance_s > 0:
            raise PlanError(f"vehicle {self.id}: endurance {self.endurance_s} s is not above 0")
        for name in ("charge_s", "ready_s", "detour_s"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise PlanError(f"vehicle {self.id}: {name} {value} is not a number of 0 or more")
        if math.isfinite(self.endurance_s) and self.dock is None:
            raise PlanError(
                f"vehicle {self.id}: endurance {self.endurance_s:g} s, but no dock to charge at;"
                " give it a dock"
            )

    @property
    def must_charge(self) -> bool:
        """Whether its battery ever empties."""
        return math.isfinite(self.endurance_s)


def team_of(graph: PatrolGraph, vehicles: int | Sequence[TeamVehicle]) -> tuple[TeamVehicle, ...]:
    """A checked team; a number stands for so many vehicles that start in their slots.

    Raises PlanError for an empty team, equal ids, unknown places, and a battery that does not
    reach the nearest place and back.
    """
    if isinstance(vehicles, int):
        team = tuple(TeamVehicle(f"v{number + 1}") for number in range(vehicles))
    else:
        team = tuple(vehicles)
    if not team:
        raise PlanError("persistent patrol: 0 vehicles; it needs at least 1")
    ids = [vehicle.id for vehicle in team]
    for vehicle in team:
        if ids.count(vehicle.id) > 1:
            raise PlanError(f"vehicle {vehicle.id}: is in the team twice")
        for name in ("place", "dock"):
            place = getattr(vehicle, name)
            if place is not None and not 0 <= place < len(graph):
                raise PlanError(
                    f"vehicle {vehicle.id}: {name} {place} is none of the places"
                    f" 0 to {len(graph) - 1}"
                )
        _check_reach(graph, vehicle)
    return team


def _check_reach(graph: PatrolGraph, vehicle: TeamVehicle) -> None:
    if vehicle.dock is None or len(graph) < 2:
        return
    there_and_back_s = graph.travel_s[vehicle.dock] + graph.travel_s[:, vehicle.dock]
    others = [place for place in range(len(graph)) if place != vehicle.dock]
    nearest = min(others, key=lambda place: (there_and_back_s[place], place))
    if there_and_back_s[nearest] > vehicle.endurance_s:
        raise PlanError(
            f"vehicle {vehicle.id}: endurance {vehicle.endurance_s:g} s does not reach even the"
            f" nearest place {graph.names[nearest]} from dock {graph.names[vehicle.dock]} and"
            f" back, which takes {there_and_back_s[nearest]:.0f} s; it needs at least that"
        )
