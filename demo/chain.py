"""The whole chain on one machine: fleet server, one full vehicle in simulation, light vehicles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.api_client import ApiClient
from demo.prepare import ROOT
from demo.processes import Child, wait_for
from demo.server_beside import START_LIMIT_S, ServerBeside

VEHICLE = "sunra/goalie-01"


@dataclass(frozen=True)
class ChainOptions:
    """What to start; paths are absolute or relative to the working directory."""

    out: Path
    map: Path = ROOT / "maps" / "sillim.geojson"
    vehicle: Path = ROOT / "config" / "vehicles" / "goalie.yaml"
    scenario: Path = ROOT / "config" / "scenarios" / "first_patrol.yaml"
    light_vehicles: int = 5
    real_time_factor: float = 1.0
    host: str = "127.0.0.1"
    port: int = 8080
    broker_port: int = 1883


class Chain:
    """Starts everything in order on entry; ends it in the opposite order on exit."""

    def __init__(self, options: ChainOptions, report: Callable[[str], None]) -> None:
        self.options, self._report = options, report
        enrolled = ((VEHICLE,), ("--count", str(options.light_vehicles), "--prefix", "light"))
        self.server = ServerBeside(
            options.out, options.map, enrolled, options.host, options.port, options.broker_port
        )
        self.children: list[Child] = []

    def __enter__(self) -> Chain:
        try:
            self._start_server()
            self._start_light_vehicles()
            self._start_vehicle()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End everything, vehicles first, so that their last messages arrive."""
        while self.children:
            self.children.pop().stop()

    def check(self) -> None:
        """Raises DemoError when any part has ended."""
        for child in self.children:
            child.check()

    def _child(self, name: str, *arguments: str) -> Child:
        child = Child(name, list(arguments), self.options.out / "logs" / f"{name}.log")
        self.children.append(child)
        return child

    def _start_server(self) -> None:
        self.children.append(self.server.start())
        self._report(f"fleet server and broker: up at {self.server.url}")

    def _start_light_vehicles(self) -> None:
        options = self.options
        self._child(
            "light-vehicles", "simulate", "fleet", "--vehicles", str(options.light_vehicles),
            "--map", str(options.map), "--credentials-dir", str(self.server.credentials),
        )  # fmt: skip
        self._report(f"light vehicles: {options.light_vehicles} started")

    def _start_vehicle(self) -> None:
        options = self.options
        self._child(
            "goalie-01", "drive", "--vehicle", str(options.vehicle), "--map", str(options.map),
            "--credentials", str(self.server.credentials / f"{VEHICLE}.json"),
            "--state-dir", str(self.vehicle_state), "--simulated",
            "--scenario", str(options.scenario),
            "--real-time-factor", str(options.real_time_factor),
        )  # fmt: skip
        self._report("goalie-01: ROS 2 processes and the simulator started")

    @property
    def vehicle_state(self) -> Path:
        """The full vehicle's own folder: spool, evidence, recording, logs."""
        return self.options.out / "goalie-01"

    def wait_until_ready(self, api: ApiClient) -> None:
        """Until every vehicle can take a patrol; raises DemoError naming what is missing."""
        wanted = self.options.light_vehicles + 1

        def missing() -> str:
            return missing_for_a_patrol(api.get("/vehicles"), wanted)

        wait_for("vehicles", missing, self.children, START_LIMIT_S)
        self._report(f"vehicles: {wanted} ready")


def missing_for_a_patrol(vehicles: list[dict[str, Any]], wanted: int) -> str:
    """What keeps vehicles, as the API shows them, from a patrol; empty when nothing does."""
    lacks = [f"{v['vehicle_id']} {lack}" for v in vehicles if (lack := _lack(v))]
    if len(vehicles) < wanted:
        lacks.append(f"the fleet server knows {len(vehicles)} of {wanted} vehicles")
    return ", ".join(lacks)


def _lack(vehicle: dict[str, Any]) -> str:
    if vehicle["connection"] != "ONLINE":
        return "is not connected"
    if not vehicle["localised"]:
        return "does not know where it is"
    if vehicle["operating_mode"] != "AUTOMATIC":
        return f"is in mode {vehicle['operating_mode']}, not AUTOMATIC"
    if vehicle["emergency_stop"] != "NONE":
        return "has its emergency stop pressed"
    return "" if vehicle["map_current"] else "is not on the current map"
