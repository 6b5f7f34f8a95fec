"""The unattended demonstration: what an operator does, through the public API, then a verdict."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo.api_client import ApiClient, LiveFeed
from demo.chain import VEHICLE, Chain
from demo.processes import DemoError
from demo.recording import Drive, distances_to_polyline, read_drive
from patrol.geodesy import GeoPoint, enu_from_wgs84
from patrol.map_geojson import load_map

PATROL_LIMIT_S = 15 * 60.0
INCIDENT_KIND = "collapsed_person"
MAX_CROSS_TRACK_P95_M = 0.20
MAX_LATENCY_S = 3.0
MIN_DISTANCE_M = 600.0
MIN_REAL_TIME_FACTOR = 1.0
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "video/mp4": ".mp4",
    "application/json": ".json",
}


@dataclass
class Observed:
    """What the operator's side saw, as it happened; times are wall-clock seconds."""

    assignment: dict[str, Any] = field(default_factory=dict)
    incident: dict[str, Any] = field(default_factory=dict)
    incident_seen_s: float = 0.0
    acknowledged: bool = False
    files: dict[str, Path] = field(default_factory=dict)  # evidence id → where it is kept
    charging: bool = False
    started_s: float = 0.0
    finished_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the summary; `ok` is None where a figure is only told."""

    name: str
    figure: str
    target: str = ""
    ok: bool | None = None


def choose_patrol(patrols: list[dict[str, Any]]) -> dict[str, Any]:
    """The first ready patrol; raises DemoError where there is none."""
    if not patrols:
        raise DemoError("the fleet server knows no patrol")
    return patrols[0]


class Operator:
    """Assigns, watches, acknowledges: each step through the API that the console uses."""

    def __init__(self, api: ApiClient, pictures: Path, report: Callable[[str], None]) -> None:
        self._api, self._pictures, self._report = api, pictures, report
        self.seen = Observed()

    def assign(self) -> None:
        """Give the full vehicle the first patrol, and a light vehicle the second."""
        manufacturer, serial = VEHICLE.split("/")
        patrols = self._api.get("/patrols")
        patrol = choose_patrol(patrols)
        self.seen.started_s = time.time()
        self.seen.assignment = self._api.post(
            "/assignments",
            {"patrol_id": patrol["patrol_id"], "manufacturer": manufacturer,
             "serial_number": serial, "return_to_dock": True},
        )  # fmt: skip
        length_m = self.seen.assignment["distance_m"]
        self._report(f"assigned {patrol['name']} ({length_m:.0f} m) to {VEHICLE}")
        self._api.post(
            "/assignments",
            {"patrol_id": patrols[-1]["patrol_id"], "manufacturer": manufacturer,
             "serial_number": "light-01", "return_to_dock": True},
        )  # fmt: skip

    def watch(self, feed: LiveFeed, check_children: Callable[[], None]) -> None:
        """Until the patrol is done and the vehicle charges; raises DemoError at the limit."""
        while not (self._finished() and self.seen.charging):
            check_children()
            if time.time() - self.seen.started_s > PATROL_LIMIT_S:
                status = self.seen.assignment.get("status")
                raise DemoError(f"the patrol is not done after 15 minutes: {status}")
            try:
                message = feed.messages.get(timeout=1.0)
            except queue.Empty:
                continue
            self._take(message.content, message.received_s)
        self.seen.finished_s = time.time()
        self._report("patrol done, charging at the dock")

    def _finished(self) -> bool:
        status = self.seen.assignment.get("status")
        if status in ("failed", "cancelled"):
            raise DemoError(f"the patrol {status}: {self.seen.assignment.get('reason')}")
        return status == "finished"

    def _take(self, content: dict[str, Any], received_s: float) -> None:
        for vehicle in content.get("vehicles", []):
            if vehicle["vehicle_id"] == VEHICLE:
                self.seen.charging = bool(vehicle["charging"])
        assignment = content.get("assignment")
        if assignment and assignment["assignment_id"] == self.seen.assignment["assignment_id"]:
            self._take_assignment(assignment)
        incident = content.get("incident")
        if incident and incident["kind"] == INCIDENT_KIND:
            self._take_incident(incident, received_s)

    def _take_assignment(self, assignment: dict[str, Any]) -> None:
        def visited(one: dict[str, Any]) -> list[str]:
            return [c["name"] for c in one["checkpoints"] if c["visited_at"]]

        for name in visited(assignment)[len(visited(self.seen.assignment)) :]:
            self._report(f"checkpoint: {name}")
        self.seen.assignment = assignment

    def _take_incident(self, incident: dict[str, Any], received_s: float) -> None:
        if not self.seen.incident:
            self.seen.incident_seen_s = received_s
            self._report(f"incident: {incident['title_en']} ({incident['title_ko']})")
        elif incident["incident_id"] != self.seen.incident["incident_id"]:
            raise DemoError(f"a second incident for one event: {incident['incident_id']}")
        self.seen.incident = incident
        self._save_new_files(incident)
        if self.seen.files and not self.seen.acknowledged:
            path = f"/incidents/{incident['incident_id']}"
            self._api.post(f"{path}/acknowledge", {"note": "the unattended demonstration"})
            self.seen.acknowledged = self._api.get(path)["status"] == "acknowledged"
            self._report("incident: acknowledged")

    def _save_new_files(self, incident: dict[str, Any]) -> None:
        self._pictures.mkdir(parents=True, exist_ok=True)
        for evidence in incident["evidence"]:
            if evidence["evidence_id"] in self.seen.files:
                continue
            name = f"{evidence['kind']}-{evidence['evidence_id']}"
            path = self._pictures / (name + SUFFIXES.get(evidence["media_type"], ".bin"))
            path.write_bytes(self._api.download(evidence["url"]))
            self.seen.files[evidence["evidence_id"]] = path
            self._report(f"evidence: {path.name}")


def route_map(assignment: dict[str, Any], origin: GeoPoint) -> NDArray[np.float64]:
    """The assigned route as (n, 2) map metres."""
    points = [
        enu_from_wgs84(GeoPoint(lat, lon, origin.altitude_m), origin)[:2]
        for lon, lat in assignment["route"]
    ]
    return np.array(points)


def cross_track_errors(drive: Drive, route: NDArray[np.float64]) -> NDArray[np.float64]:
    """True distances to the route while driving, rounded corners included; metres."""
    moving = drive.track[np.abs(drive.track[:, 4]) > 0.1, 2:4]
    return distances_to_polyline(moving, route)


def judge(chain: Chain, seen: Observed, health: dict[str, Any]) -> list[Check]:
    """The summary: every figure of the demonstration against its target."""
    patrol_map = load_map(chain.options.map)
    drive = read_drive(chain.vehicle_state)
    errors = cross_track_errors(drive, route_map(seen.assignment, patrol_map.origin))
    p95_m = float(np.percentile(errors, 95))
    detected_s = float(seen.incident["detected_at"])
    latency_s = seen.incident_seen_s - drive.wall_time_s(detected_s)
    checkpoints = seen.assignment["checkpoints"]
    visited = sum(bool(c["visited_at"]) for c in checkpoints)
    factor = drive.real_time_factor
    minutes = (seen.finished_s - seen.started_s) / 60
    return [
        Check("distance driven", f"{drive.distance_m:.0f} m", f">= {MIN_DISTANCE_M:.0f} m",
              drive.distance_m >= MIN_DISTANCE_M),
        Check("checkpoints", f"{visited} of {len(checkpoints)}", "all",
              visited == len(checkpoints)),
        Check("cross-track error p95", f"{p95_m:.3f} m", f"<= {MAX_CROSS_TRACK_P95_M} m",
              p95_m <= MAX_CROSS_TRACK_P95_M),
        Check("contacts", str(len(drive.contacts)), "none", not drive.contacts),
        Check("real-time factor", f"{factor:.2f}", f">= {MIN_REAL_TIME_FACTOR}",
              factor >= MIN_REAL_TIME_FACTOR - 0.005),
        Check("patrol time", f"{minutes:.1f} min", "<= 15 min", minutes <= 15),
        Check("detection to console", f"{latency_s:.2f} s", f"<= {MAX_LATENCY_S:.0f} s",
              latency_s <= MAX_LATENCY_S),
        Check("incident acknowledged", "yes" if seen.acknowledged else "no", "yes",
              seen.acknowledged),
        Check("evidence files", str(len(seen.files)), "still and clip", len(seen.files) >= 2),
        Check("goalie-01 messages sent", str(drive.sent)),
        Check("goalie-01 not yet committed", str(drive.spooled), "at most 5", drive.spooled <= 5),
        Check("messages received", str(health["messages_received"])),
        Check("messages stored", str(health["messages_stored"])),
        Check("duplicates dropped", str(health["duplicates"])),
    ]  # fmt: skip


def run_once(chain: Chain, report: Callable[[str], None]) -> list[Check]:
    """Assign, drive, detect, acknowledge, return, judge; raises DemoError when a part fails."""
    api = ApiClient(chain.server.url, *chain.server.login)
    try:
        chain.wait_until_ready(api)
        feed = LiveFeed(api)
        try:
            operator = Operator(api, chain.options.out / "pictures", report)
            operator.assign()
            operator.watch(feed, chain.check)
        finally:
            feed.close()
        if not operator.seen.incident:
            raise DemoError("no incident: the person lying in the alley was not found")
        health = api.get("/health")
    finally:
        api.close()
    chain.stop()  # the recording is whole only when its writer has closed it
    return judge(chain, operator.seen, health)
