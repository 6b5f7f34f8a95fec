"""The fake server's side of sending vehicles to incidents and leaving checkpoints out."""

import math
import time
from typing import Any

import networkx as nx
from fake_world import SPEED_MPS, World, name_next
from fastapi import FastAPI

from fleet_server.api import models
from fleet_server.api.diversion_models import (
    DiversionOption,
    DiversionTarget,
    NewDiversion,
    NewSkip,
)
from fleet_server.map_picture import lonlat

OFFLINE = "sunra/light-05 is not connected"
OFFLINE_KO = "sunra/light-05 연결이 끊겼습니다"


class FakeDiversions:
    """Vehicles by driving time; whoever is sent says so in its assignment, and drives on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.asked: list[NewDiversion] = []
        self.skipped: list[str] = []

    def options(self, target: DiversionTarget) -> list[DiversionOption]:
        """The quickest first, then those that cannot be sent."""
        place = self._place(target)
        found = [self._option(vehicle, place) for vehicle in self.world.vehicles.values()]
        return sorted(found, key=lambda o: (o.reason is not None, o.drive_s or 0.0))

    def _option(self, vehicle: models.VehicleView, place: tuple[float, float]) -> DiversionOption:
        assignment = self.world.assignments.get(vehicle.assignment_id or "")
        option = DiversionOption(
            vehicle_id=vehicle.vehicle_id,
            battery_pct=vehicle.battery_pct,
            needed_battery_pct=30.0,
            assignment_id=assignment.assignment_id if assignment else None,
            patrol_name=assignment.patrol_name if assignment else None,
        )
        if vehicle.connection != "ONLINE":
            option.reason, option.reason_ko = OFFLINE, OFFLINE_KO
            return option
        assert vehicle.position is not None
        world_map = self.world.map
        here = world_map.nearest_node(vehicle.position.x_m, vehicle.position.y_m)
        there = world_map.nearest_node(*place)
        way_m = nx.shortest_path_length(self.world.graph, here.id, there.id, "weight")
        option.drive_s = way_m / SPEED_MPS
        option.away_m = math.dist((there.x_m, there.y_m), place)
        return option

    def _place(self, target: DiversionTarget) -> tuple[float, float]:
        if target.incident_id is not None:
            incident = self.world.incidents[target.incident_id]
            return incident.x_m, incident.y_m
        nodes = self.world.map.nodes.values()
        degrees = target.longitude_deg, target.latitude_deg
        best = min(nodes, key=lambda n: math.dist(lonlat(self.world.map, n.x_m, n.y_m), degrees))
        return best.x_m, best.y_m

    def divert(self, new: NewDiversion) -> models.AssignmentView:
        """The vehicle's assignment says that it is called away."""
        self.asked.append(new)
        vehicle = self.world.vehicles[f"{new.manufacturer}/{new.serial_number}"]
        assignment = self.world.assignments[vehicle.assignment_id or ""]
        x_m, y_m = self._place(new)
        longitude_deg, latitude_deg = lonlat(self.world.map, x_m, y_m)
        assignment.diversions = [
            models.DiversionView(
                phase="driving", incident_id=new.incident_id, longitude_deg=longitude_deg,
                latitude_deg=latitude_deg, asked_by="operator", asked_at=time.time(),
            )
        ]  # fmt: skip
        return assignment

    def skip(self, assignment_id: str, checkpoint_id: str) -> models.AssignmentView:
        """The checkpoint is marked, the next one named."""
        self.skipped.append(checkpoint_id)
        assignment = self.world.assignments[assignment_id]
        next(c for c in assignment.checkpoints if c.checkpoint_id == checkpoint_id).skipped = True
        name_next(assignment)
        return assignment


def add_diversion_routes(app: FastAPI, fake: FakeDiversions, tell: Any) -> None:
    """As `fleet_server.api.routes.dispatch` has them."""

    def told(assignment: models.AssignmentView) -> models.AssignmentView:
        tell({"type": "assignment", "assignment": assignment.model_dump(mode="json")})
        return assignment

    @app.post("/api/v1/diversions/options")
    async def options(target: DiversionTarget) -> list[DiversionOption]:
        return fake.options(target)

    @app.post("/api/v1/diversions", status_code=201)
    async def divert(new: NewDiversion) -> models.AssignmentView:
        return told(fake.divert(new))

    @app.post("/api/v1/assignments/{assignment_id}/skip")
    async def skip(assignment_id: str, body: NewSkip) -> models.AssignmentView:
        return told(fake.skip(assignment_id, body.checkpoint_id))
