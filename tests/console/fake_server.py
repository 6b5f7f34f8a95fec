"""A small stand-in for the fleet server: the real API's models and map, scripted vehicles.

`python tests/console/fake_server.py [--incident-after 5]` serves the built console for
a person to look at; the browser tests run it in a thread and steer it (`FakeServer`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import cv2
import networkx as nx
import numpy as np
import uvicorn
from fake_maps import FakeMaps, add_map_routes
from fake_plans import FakePlans, add_plan_routes
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.staticfiles import StaticFiles

from fleet_server.api import models
from fleet_server.api.errors import error_response
from fleet_server.api.security import SECURITY_HEADERS
from fleet_server.map_picture import lonlat, map_view, wgs84_picture
from patrol.incident import ANOMALIES, AnomalyKind
from patrol.map import PatrolMap
from patrol.map_geojson import load_map

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "fleet_server" / "console" / "dist"
USERNAME, PASSWORD = "operator", "night-watch"
TICK_S = 0.5
SPEED_MPS = 1.39
STARTS = {"goalie-01": 294, "light-01": 76, "light-02": 131, "light-03": 29, "light-04": 228}
NIGHT_PATROL = ("cp-03", "cp-04", "cp-05", "cp-06", "cp-08")


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
        self.incidents: dict[str, models.IncidentView] = {}
        self.asked: list[str] = []  # actions, oldest first
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
                return True
        return False

    def report_incident(
        self, kind: AnomalyKind, node_id: int, *, age_s: float = 2.0
    ) -> models.IncidentView:
        """A vehicle sees something near a node."""
        number, now, row = len(self.incidents) + 1, time.time(), ANOMALIES[kind]
        node = self.map.nodes[node_id]
        lon, lat = lonlat(self.map, node.x_m + 1.2, node.y_m - 0.8)
        evidence = models.EvidenceView(
            evidence_id=f"evidence-{number}",
            kind="still",
            media_type="image/jpeg",
            url=f"/api/v1/evidence/evidence-{number}",
            blurred=True,
            sha256="0" * 64,
        )
        incident = models.IncidentView(
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
            position_sigma_m=0.6,
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


class FakeServer:
    """The API over a world; `call` runs something on its event loop from a test's thread."""

    def __init__(self, dist: Path = DIST) -> None:
        self.world = World(load_map(ROOT / "maps" / "sillim.geojson"))
        self.plans = FakePlans(self.world.map, self.world)
        self.maps = FakeMaps(self.world.map, sorted(self.world.vehicles), self.send)
        self.up = True
        self.requests: list[tuple[str, str]] = []
        self._queues: set[asyncio.Queue[Any]] = set()
        self._picture = night_picture()
        self._logged_in = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self.app = self._build(dist)

    @property
    def url(self) -> str:
        """Where the console is."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def call(self, function: Callable[[], Any]) -> Any:
        """Run a function on the server's loop and wait for what it gives."""
        assert self._loop is not None

        async def run() -> Any:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=10)

    def send(self, message: dict[str, Any]) -> None:
        """To every live client; models as the real server sends them."""
        for queue in self._queues:
            queue.put_nowait(message)

    def report(self, kind: AnomalyKind, node_id: int, age_s: float = 2.0) -> models.IncidentView:
        """A new incident, to every live client."""
        incident = self.world.report_incident(kind, node_id, age_s=age_s)
        self.send({"type": "incident", "incident": incident.model_dump(mode="json")})
        return incident

    def set_up(self, up: bool) -> None:
        """Down: the feed drops and every request fails."""
        self.up = up
        if not up:
            self.send({"type": "hang up"})

    def log_out(self) -> None:
        """Forget the session, as a restarted server may."""
        self._logged_in = False

    @contextlib.contextmanager
    def running(self) -> Any:
        """Serve in a thread."""
        config = uvicorn.Config(self.app, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)

        def run() -> None:
            asyncio.run(server.serve(sockets=[self._listener]))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        assert self._ready.wait(timeout=20), "the fake server did not start"
        try:
            yield self
        finally:
            server.should_exit = True
            thread.join(timeout=10)

    async def _ticks(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            vehicles, assignments = self.world.step(TICK_S)
            batch = [v.model_dump(mode="json") for v in vehicles]
            self.send({"type": "vehicles", "vehicles": batch})
            for assignment in assignments:
                self.send({"type": "assignment", "assignment": assignment.model_dump(mode="json")})

    def _snapshot(self) -> dict[str, Any]:
        world = self.world
        return {
            "type": "snapshot",
            "vehicles": [v.model_dump(mode="json") for v in world.vehicles.values()],
            "incidents": [
                i.model_dump(mode="json")
                for i in world.incidents.values()
                if i.status != "resolved"
            ],
            "assignments": [
                a.model_dump(mode="json")
                for a in world.assignments.values()
                if a.finished_at is None
            ],
        }

    def _build(self, dist: Path) -> FastAPI:
        @contextlib.asynccontextmanager
        async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
            self._loop = asyncio.get_running_loop()
            ticks = asyncio.create_task(self._ticks())
            self._ready.set()
            yield
            ticks.cancel()

        app = FastAPI(lifespan=lifespan)

        @app.middleware("http")
        async def guard(request: Request, call_next: Any) -> Response:
            path = request.url.path
            self.requests.append((request.method, path))
            if path.startswith("/api/") and not self.up:
                return error_response(503, "unavailable", "the server is starting")
            free = path in ("/api/v1/health", "/api/v1/session") or not path.startswith("/api/")
            if not free and not self._logged_in:
                return error_response(401, "unauthorized", "log in first")
            response: Response = await call_next(request)
            response.headers.update(SECURITY_HEADERS)
            return response

        self._session_routes(app)
        self._fleet_routes(app)
        self._incident_routes(app)
        add_plan_routes(app, self.plans)
        add_map_routes(app, self.maps)

        @app.websocket("/api/v1/live")
        async def live(websocket: WebSocket) -> None:
            if not (self.up and self._logged_in):
                await websocket.close(1008)
                return
            await websocket.accept()
            queue: asyncio.Queue[Any] = asyncio.Queue()
            queue.put_nowait(self._snapshot())
            self._queues.add(queue)
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                while (message := await queue.get())["type"] != "hang up":
                    await websocket.send_json(message)
                await websocket.close(1011)
            self._queues.discard(queue)

        app.mount("/", StaticFiles(directory=dist, html=True))
        return app

    def _session_routes(self, app: FastAPI) -> None:
        user = models.UserView(username=USERNAME, role="operator", language="ko")

        @app.get("/api/v1/health")
        def health() -> dict[str, str]:
            return {"status": "ok"}

        @app.get("/api/v1/session")
        def session() -> Any:
            if not self._logged_in:
                return error_response(401, "unauthorized", "log in first")
            return models.SessionView(user=user)

        @app.post("/api/v1/session")
        def login(request: models.Login) -> Any:
            if (request.username, request.password) != (USERNAME, PASSWORD):
                return error_response(401, "wrong_login", "user name or password is wrong")
            self._logged_in = True
            return models.SessionView(user=user, token="token")

        @app.delete("/api/v1/session", status_code=204)
        def logout() -> None:
            self._logged_in = False

    def _fleet_routes(self, app: FastAPI) -> None:
        world = self.world

        @app.get("/api/v1/maps")
        def maps() -> list[models.MapView]:
            return [map_view(world.map)]

        @app.get("/api/v1/maps/{map_id}")
        def one_map(map_id: str) -> Any:
            return wgs84_picture(world.map)

        @app.get("/api/v1/vehicles/{manufacturer}/{serial}/track")
        def track(manufacturer: str, serial: str, minutes: int) -> list[Any]:
            return world.tracks.get(f"{manufacturer}/{serial}", [])

        @app.post("/api/v1/vehicles/{manufacturer}/{serial}/actions", status_code=202)
        async def act(manufacturer: str, serial: str, request: models.VehicleAction) -> Any:
            vehicle = world.vehicles[f"{manufacturer}/{serial}"]
            world.asked.append(request.action)
            if request.action == "confirm_crossing":
                vehicle.errors, vehicle.waiting_for, vehicle.waiting_for_ko = [], None, None
                return models.Accepted()
            if request.action == "release_wait":
                vehicle.waiting_for = vehicle.waiting_for_ko = None
                vehicle.awaits_operator = False
                return models.Accepted()
            vehicle.paused = request.action in ("pause", "stop")
            vehicle.driving = False
            vehicle.speed_mps = 0.0
            return models.Accepted()

        @app.get("/api/v1/patrols")
        def patrols() -> list[models.PatrolView]:
            return list(world.patrols.values())

        @app.post("/api/v1/patrols", status_code=201)
        def new_patrol(request: models.NewPatrol) -> models.PatrolView:
            return world.add_patrol(request.name, tuple(request.checkpoint_ids))

        @app.delete("/api/v1/patrols/{patrol_id}", status_code=204)
        def delete_patrol(patrol_id: str) -> None:
            del world.patrols[patrol_id]

        @app.post("/api/v1/assignments", status_code=201)
        async def assign(request: models.NewAssignment) -> models.AssignmentView:
            return world.assign(request)

        @app.post("/api/v1/assignments/{assignment_id}/cancel", status_code=202)
        async def cancel(assignment_id: str) -> Any:
            assignment = world.assignments[assignment_id]
            world.end(assignment, "cancelled")
            self.send({"type": "assignment", "assignment": assignment.model_dump(mode="json")})
            return models.Accepted()

    def _incident_routes(self, app: FastAPI) -> None:
        world = self.world

        def told(incident: models.IncidentView) -> models.IncidentView:
            self.send({"type": "incident", "incident": incident.model_dump(mode="json")})
            return incident

        @app.get("/api/v1/incidents")
        def incidents(status: str = "open") -> list[models.IncidentView]:
            every = world.incidents.values()
            return [i for i in every if status == "all" or i.status != "resolved"]

        @app.post("/api/v1/incidents/{incident_id}/acknowledge")
        async def acknowledge(
            incident_id: str, request: models.Acknowledge
        ) -> models.IncidentView:
            incident = world.incidents[incident_id]
            incident.status, incident.acknowledged_by = "acknowledged", USERNAME
            incident.acknowledged_at = time.time()
            return told(incident)

        @app.post("/api/v1/incidents/{incident_id}/resolve")
        async def resolve(incident_id: str, request: models.Resolve) -> models.IncidentView:
            incident = world.incidents[incident_id]
            incident.status, incident.resolved_by = "resolved", USERNAME
            incident.resolved_at = time.time()
            incident.verdict, incident.note = request.verdict, request.note
            return told(incident)

        @app.get("/api/v1/evidence/{evidence_id}")
        def evidence(evidence_id: str) -> Response:
            return Response(self._picture, media_type="image/jpeg")


def main() -> None:
    """Serve until Ctrl-C, for a person to look at."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--incident-after", type=float, default=5.0, help="seconds")
    arguments = parser.parse_args()
    server = FakeServer()
    with server.running(), contextlib.suppress(KeyboardInterrupt):
        print(f"{server.url}  {USERNAME} / {PASSWORD}")
        time.sleep(arguments.incident_after)
        server.call(lambda: server.report(AnomalyKind.COLLAPSED_PERSON, 212))
        threading.Event().wait()


if __name__ == "__main__":
    main()
