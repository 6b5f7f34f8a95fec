"""The fake server's world: vehicles, patrols, incidents, and what operators do to them."""

import math
import time
from typing import Any

import cv2
import networkx as nx
import numpy as np

from fleet_server.api import incident_models, models
from fleet_server.map_picture import lonlat
from patrol.incident import ANOMALIES, AnomalyKind
from patrol.map import PatrolMap

SPEED_MPS = 1.39
STARTS = {"goalie-01": 294, "light-01": 76, "light-02": 131, "light-03": 29, "light-04": 228}
NIGHT_PATROL = ("cp-03", "cp-04", "cp-05", "cp-06", "cp-08")


def name_next(assignment: models.AssignmentView) -> None:
    """The checkpoint that comes next, which can be left out."""
    left = [c for c in assignment.checkpoints if c.visited_at is None and not c.skipped]
    assignment.next_checkpoint_id = left[0].checkpoint_id if left else None
    assignment.skippable = bool(left)


class World:
    """Vehicles that drive along their assignments, and everything an operator does to them."""

    def __init__(self, patrol_map: PatrolMap) -> None:
        self.map = patrol_map
        self.graph = nx.DiGraph()
        for edge in patrol_map.edges.values():
            self.graph.add_edge(edge.start_id, edge.end_id, weight=edge.length_m)
        self.vehicles: dict[str, models.VehicleView] = {}
        self.nodes: dict[str, list[int]] = {}  # vehicle → nodes still to drive through
        self.tracks: dict[str, list[tuple[float, float, float]]] = {}
        self.patrols: dict[str, models.PatrolView] = {}
        self.assignments: dict[str, models.AssignmentView] = {}
        self.incidents: dict[str, incident_models.IncidentView] = {}
        self.reasons: list[str] = []  # for which originals were asked
        self.asked: list[str] = []  # actions, oldest first
        self.placed: list[tuple[str, models.VehiclePlace]] = []  # serial number, where it was seen
        self.pictures: dict[str, list[incident_models.VisitPictureView]] = {}  # by assignment
        self.spoken: list[str] = []  # what vehicles were told to say
        for serial, node_id in STARTS.items():
            self._enrol(serial, node_id)
        self._enrol("light-05", 88, connection="OFFLINE", state_age_s=1260.0)
        self.vehicles["sunra/light-03"].errors = [
            models.VehicleErrorView(
                type="batteryLow",
                level="WARNING",
                text_ko="배터리가 부족합니다",
                text_en="Battery low",
                description="state of charge below 20 %",
            )
        ]
        self.vehicles["sunra/light-03"].battery_pct = 17.0
        self.vehicles["sunra/light-04"].emergency_stop = "MANUAL"
        self.add_patrol("새벽 골목 순찰 (Night alleys)", NIGHT_PATROL)
        self.add_patrol("학교·공원 한 바퀴 (School and park)", ("cp-02", "cp-08", "cp-09"))

    def _enrol(self, serial: str, node_id: int, **fields: Any) -> None:
        node = self.map.nodes[node_id]
        now = time.time()
        self.vehicles[f"sunra/{serial}"] = models.VehicleView(
            **{
                "vehicle_id": f"sunra/{serial}",
                "manufacturer": "sunra",
                "serial_number": serial,
                "connection": "ONLINE",
                "state_age_s": 0.4,
                "event_time": now,
                "received_time": now,
                "position": self._position(node.x_m, node.y_m, 0.7 * node_id),
                "localised": True,
                "speed_mps": 0.0,
                "battery_pct": 40.0 + node_id % 60,
                "charging": serial == "goalie-01",
                "driving": False,
                "paused": False,
                "operating_mode": "AUTOMATIC",
                "emergency_stop": "NONE",
                "map_id": self.map.map_id,
                "map_hash": self.map.content_hash,
                "map_current": True,
                **fields,
            }
        )

    def _position(self, x_m: float, y_m: float, heading_rad: float) -> models.PositionView:
        lon, lat = lonlat(self.map, x_m, y_m)
        return models.PositionView(
            x_m=x_m,
            y_m=y_m,
            heading_rad=heading_rad,
            longitude_deg=lon,
            latitude_deg=lat,
            map_id=self.map.map_id,
        )

    def add_patrol(self, name: str, checkpoint_ids: tuple[str, ...]) -> models.PatrolView:
        """Keep a patrol."""
        patrol = models.PatrolView(
            patrol_id=f"patrol-{len(self.patrols) + 1}",
            name=name,
            map_id=self.map.map_id,
            checkpoint_ids=list(checkpoint_ids),
            order="given",
            created_at=time.time(),
        )
        self.patrols[patrol.patrol_id] = patrol
        return patrol

    def assign(self, request: models.NewAssignment) -> models.AssignmentView:
        """Give a patrol to a vehicle, which starts at once."""
        vehicle = self.vehicles[f"{request.manufacturer}/{request.serial_number}"]
        patrol = self.patrols[request.patrol_id]
        assert vehicle.position is not None
        here = self.map.nearest_node(vehicle.position.x_m, vehicle.position.y_m).id
        stops = [self.map.checkpoint(c) for c in patrol.checkpoint_ids]
        nodes = [here]
        for goal in [*(stop.node_id for stop in stops), self.map.docks[0].node_id]:
            nodes += nx.shortest_path(self.graph, nodes[-1], goal, weight="weight")[1:]
        places = {n: lonlat(self.map, self.map.nodes[n].x_m, self.map.nodes[n].y_m) for n in nodes}
        assignment = models.AssignmentView(
            assignment_id=f"assignment-{len(self.assignments) + 1}",
            patrol_id=patrol.patrol_id,
            patrol_name=patrol.name,
            vehicle_id=vehicle.vehicle_id,
            status="running",
            created_at=time.time(),
            distance_m=nx.path_weight(self.graph, nodes, "weight"),
            route=[places[n] for n in nodes],
            checkpoints=[
                models.CheckpointVisitView(
                    checkpoint_id=stop.id,
                    name=stop.name,
                    longitude_deg=places[stop.node_id][0],
                    latitude_deg=places[stop.node_id][1],
                )
                for stop in stops
            ],
        )
        name_next(assignment)
        self.assignments[assignment.assignment_id] = assignment
        self.nodes[vehicle.vehicle_id] = nodes[1:]
        vehicle.assignment_id = vehicle.order_id = assignment.assignment_id
        vehicle.charging = False
        return assignment

    def end(self, assignment: models.AssignmentView, status: models.AssignmentStatus) -> None:
        """An assignment is over."""
        assignment.status, assignment.finished_at = status, time.time()
        vehicle = self.vehicles[assignment.vehicle_id]
        vehicle.driving, vehicle.speed_mps, vehicle.assignment_id = False, 0.0, None
        vehicle.paused = False
        self.nodes.pop(assignment.vehicle_id, None)

    def step(self, dt_s: float) -> tuple[list[models.VehicleView], list[models.AssignmentView]]:
        """Drive on; the vehicles that reported and the assignments that changed."""
        reported, changed = [], []
        for vehicle in self.vehicles.values():
            if vehicle.connection != "ONLINE":
                continue
            vehicle.event_time = vehicle.received_time = time.time()
            reported.append(vehicle)
            assignment = self.assignments.get(vehicle.assignment_id or "")
            if assignment and not vehicle.paused and self._drive(vehicle, assignment, dt_s):
                changed.append(assignment)
        return reported, changed

    def _drive(
        self, vehicle: models.VehicleView, assignment: models.AssignmentView, dt_s: float
    ) -> bool:
        """Move a vehicle; True when its assignment has news."""
        nodes = self.nodes[vehicle.vehicle_id]
        if not nodes:
            self.end(assignment, "finished")
            return True
        assert vehicle.position is not None
        x, y = vehicle.position.x_m, vehicle.position.y_m
        goal = self.map.nodes[nodes[0]]
        away, heading = math.hypot(goal.x_m - x, goal.y_m - y), vehicle.position.heading_rad
        if away > 0.01:
            heading = math.atan2(goal.y_m - y, goal.x_m - x)
        step = min(SPEED_MPS * dt_s, away)
        vehicle.position = self._position(
            x + step * math.cos(heading), y + step * math.sin(heading), heading
        )
        vehicle.driving, vehicle.speed_mps = True, SPEED_MPS
        lon, lat = lonlat(self.map, vehicle.position.x_m, vehicle.position.y_m)
        self.tracks.setdefault(vehicle.vehicle_id, []).append((lon, lat, time.time()))
        if step < away:
            return False
        nodes.pop(0)
        for visit in assignment.checkpoints:
            at_it = self.map.checkpoint(visit.checkpoint_id).node_id == goal.id
            if at_it and visit.visited_at is None:
                visit.visited_at = time.time()
                name_next(assignment)
                return True
        return False

    def report_incident(
        self, kind: AnomalyKind, node_id: int, *, age_s: float = 2.0
    ) -> incident_models.IncidentView:
        """A vehicle sees something near a node."""
        number, now, row = len(self.incidents) + 1, time.time(), ANOMALIES[kind]
        node = self.map.nodes[node_id]
        lon, lat = lonlat(self.map, node.x_m + 1.2, node.y_m - 0.8)
        evidence = incident_models.EvidenceView(
            evidence_id=f"evidence-{number}",
            kind="still",
            media_type="image/jpeg",
            url=f"/api/v1/evidence/evidence-{number}",
            blurred=True,
            sha256="0" * 64,
        )
        incident = incident_models.IncidentView(
            incident_id=f"incident-{number}",
            kind=kind,
            severity=row.severity,
            title_ko=row.title_ko,
            title_en=row.title_en,
            phase="opened",
            status="open",
            vehicle_id="sunra/goalie-01",
            map_id=self.map.map_id,
            x_m=node.x_m,
            y_m=node.y_m,
            longitude_deg=lon,
            latitude_deg=lat,
            position_sigma_m=3.0,
            position_covariance_m2=(6.8, 3.8, 2.4),  # long along a view to the north-east
            started_at=now - age_s - 4,
            detected_at=now - age_s,
            received_at=now - age_s + 0.4,
            updated_at=now,
            confidence=0.87,
            details={"lying_s": 4.2, "body_height_m": 0.31, "views": 14},
            evidence=[evidence],
        )
        self.incidents[incident.incident_id] = incident
        return incident


def night_picture() -> bytes:
    """A JPEG of an alley at night with somebody on the ground, drawn by hand."""
    height, width = 360, 640
    rows = np.linspace(0, 1, height)[:, None]
    lamp = np.exp(-(((np.arange(width) - 420) / 190) ** 2))[None, :]
    light = 18 + 70 * lamp * (0.25 + rows)
    image = np.dstack([light * 0.75, light * 0.9, light]).astype(np.uint8)
    walls = np.array(
        [
            [[0, 0], [250, 120], [250, 210], [0, 330]],
            [[640, 0], [400, 120], [400, 210], [640, 330]],
        ]
    )
    for wall, colour in zip(walls, ((24, 30, 34), (34, 44, 52)), strict=True):
        cv2.fillPoly(image, [wall.astype(np.int32)], colour)
    cv2.ellipse(image, (420, 268), (74, 15), -6, 0, 360, (70, 82, 120), -1)
    cv2.circle(image, (502, 258), 13, (96, 128, 160), -1)
    image = cv2.GaussianBlur(image, (0, 0), 2.2)
    cv2.rectangle(image, (336, 238), (520, 290), (73, 91, 255), 2)
    ok, data = cv2.imencode(".jpg", image)
    assert ok
    return data.tobytes()
