"""A small stand-in for the fleet server: the real API's models and map, scripted vehicles.

`python tests/console/fake_server.py [--incident-after 5]` serves the built console for
a person to look at; the browser tests run it in a thread and steer it (`FakeServer`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import uvicorn
from fake_diversions import FakeDiversions, add_diversion_routes
from fake_looks import FakeLooks, add_look_routes
from fake_maps import FakeMaps, add_map_routes
from fake_plans import FakePlans, add_plan_routes
from fake_searches import FakeSearches, add_search_routes
from fake_suppressions import FakeSuppressions, add_suppression_routes
from fake_weather import FakeWeather, add_weather_routes
from fake_world import World, night_picture
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.staticfiles import StaticFiles

from fleet_server.api import incident_models, map_models, models
from fleet_server.api.errors import error_response
from fleet_server.api.security import SECURITY_HEADERS
from fleet_server.map_picture import map_view, wgs84_picture
from patrol.incident import AnomalyKind
from patrol.map_geojson import load_map

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "fleet_server" / "console" / "dist"
USERNAME, PASSWORD = "operator", "night-watch"
TICK_S = 0.5


class FakeServer:
    """The API over a world; `call` runs something on its event loop from a test's thread."""

    def __init__(self, dist: Path = DIST) -> None:
        self.world = World(load_map(ROOT / "maps" / "sillim.geojson"))
        self.plans = FakePlans(self.world.map, self.world)
        self.maps = FakeMaps(self.world.map, sorted(self.world.vehicles), self.send)
        self.diversions = FakeDiversions(self.world)
        self.suppressions = FakeSuppressions(self.world)
        self.searches = FakeSearches(self.world, self.send, USERNAME)
        self.weather = FakeWeather(self.world, USERNAME)
        self.health: dict[str, object] = {
            "status": "ok", "broker": "up", "database": "up", "disk_free_mb": 90_000.0,
        }  # fmt: skip
        self.looks = FakeLooks(self.world, USERNAME)
        self.up = True
        self.user = models.UserView(username=USERNAME, role="operator", language="ko")
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

    def report(
        self, kind: AnomalyKind, node_id: int, age_s: float = 2.0
    ) -> incident_models.IncidentView:
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
        add_diversion_routes(app, self.diversions, self.send)
        add_suppression_routes(app, self.suppressions, self.send, USERNAME)
        add_search_routes(app, self.searches)
        add_weather_routes(app, self.weather)

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
        user = self.user

        @app.get("/api/v1/health")
        def health() -> dict[str, object]:
            return self.health

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
        def maps() -> list[map_models.MapView]:
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
            if request.action == "announce":
                world.spoken.append(request.message)
                return models.Accepted()
            if request.action in ("beacon_on", "beacon_off"):
                vehicle.beacon = request.action == "beacon_on"
                return models.Accepted()
            if request.action in ("siren_on", "siren_off"):
                vehicle.siren = request.action == "siren_on"
                return models.Accepted()
            vehicle.paused = request.action in ("pause", "stop")
            vehicle.driving = False
            vehicle.speed_mps = 0.0
            return models.Accepted()

        @app.post("/api/v1/vehicles/{manufacturer}/{serial}/position", status_code=202)
        async def place(manufacturer: str, serial: str, seen: models.VehiclePlace) -> Any:
            world.placed.append((serial, seen))
            world.vehicles[f"{manufacturer}/{serial}"].localised = True
            return models.Accepted()

        @app.get("/api/v1/assignments/{assignment_id}/pictures")
        def pictures(assignment_id: str) -> list[incident_models.VisitPictureView]:
            return world.pictures.get(assignment_id, [])

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

        def told(incident: incident_models.IncidentView) -> incident_models.IncidentView:
            self.send({"type": "incident", "incident": incident.model_dump(mode="json")})
            return incident

        @app.get("/api/v1/incidents")
        def incidents(status: str = "open") -> list[incident_models.IncidentView]:
            every = world.incidents.values()
            return [i for i in every if status == "all" or i.status != "resolved"]

        @app.post("/api/v1/incidents/{incident_id}/acknowledge")
        async def acknowledge(
            incident_id: str, request: incident_models.Acknowledge
        ) -> incident_models.IncidentView:
            incident = world.incidents[incident_id]
            incident.status, incident.acknowledged_by = "acknowledged", USERNAME
            incident.acknowledged_at = time.time()
            return told(incident)

        @app.post("/api/v1/incidents/{incident_id}/resolve")
        async def resolve(
            incident_id: str, request: incident_models.Resolve
        ) -> incident_models.IncidentView:
            incident = world.incidents[incident_id]
            incident.status, incident.resolved_by = "resolved", USERNAME
            incident.resolved_at = time.time()
            incident.verdict, incident.note = request.verdict, request.note
            return told(incident)

        @app.post("/api/v1/incidents/{incident_id}/originals")
        async def originals(
            incident_id: str, request: incident_models.AskOriginals
        ) -> incident_models.ReleaseView:
            world.reasons.append(request.reason)
            incident = world.incidents[incident_id]
            return incident_models.ReleaseView(
                incident_id=incident_id, asked=[incident.vehicle_id], away=[]
            )

        add_look_routes(app, self.looks, self._picture)


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
