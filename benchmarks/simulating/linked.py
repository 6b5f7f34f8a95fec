"""A fleet of light vehicles as real VDA 5050 clients: broker and ingest here, the fleet apart.

The fleet runs in a process of its own, so that its processor time is its own.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.simulating.kinematic import random_walk_order
from fleet_client.credentials import load_credentials
from fleet_server.config import FleetConfig, IngestConfig
from fleet_server.enrolment import Enrolment
from fleet_server.fleet import Fleet as ServerFleet
from fleet_server.ingest.mqtt import MqttLink
from fleet_server.ingest.pipeline import IngestPipeline, Listeners
from fleet_server.maps import MapLibrary
from fleet_server.opening import open_broker
from fleet_server.store.database import Database, sqlite_url
from patrol.clock import SystemClock
from patrol.map_geojson import load_map
from patrol.vda5050.topic_names import VehicleAddress, subscriptions
from patrol.vehicle import load_vehicle
from simulation.fleet import Fleet

ROOT = Path(__file__).parents[2]
MAP, VEHICLE = ROOT / "maps" / "sillim.geojson", ROOT / "config" / "vehicles" / "goalie.yaml"
WARM_UP_S = 45.0  # for all to connect, CONNECTS_PER_S of them a second
ORDER_EDGES = 60  # base and horizon, as the dispatcher sends them by default


@dataclass(frozen=True, slots=True)
class LinkedRun:
    """What a fleet of clients came to in its measured time."""

    vehicles: int
    connected: int
    simulated_s: float
    wall_s: float
    process_s: float  # processor time of the fleet's process
    states: int
    acked: int
    driven_m: float


def run_linked(count: int, duration_s: float) -> LinkedRun:
    """Run `count` clients against an embedded broker and the real ingest."""
    return asyncio.run(_serve(count, duration_s))


async def _serve(count: int, duration_s: float) -> LinkedRun:
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        config = FleetConfig()
        config = replace(config, broker=replace(config.broker, port=0))
        enrolment = Enrolment(data_dir)
        names = [VehicleAddress("gwanak", "sunra", f"light-{n:04d}") for n in range(count)]
        clock = SystemClock()
        database = Database(sqlite_url(data_dir / "fleet.db"))
        database.open()
        fleet = ServerFleet(MapLibrary([]), 15.0, clock.now_s)
        enrolment.add(names, "127.0.0.1", 1)
        async with open_broker(config, enrolment) as broker:
            enrolment.add(names, broker.target.host, broker.target.port)
            link: MqttLink
            listeners = Listeners(
                lambda _item: None, lambda _ids: None, lambda *message: link.publish(*message)
            )
            pipeline = IngestPipeline(database, fleet, IngestConfig(), data_dir, clock, listeners)
            link = MqttLink(broker.target, subscriptions("gwanak"), pipeline.handle)
            tasks = [asyncio.create_task(link.run()), asyncio.create_task(pipeline.run())]
            while not link.connected:
                await asyncio.sleep(0.01)
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "benchmarks.simulating.linked", str(data_dir),
                str(duration_s), stdout=asyncio.subprocess.PIPE, cwd=ROOT,
            )  # fmt: skip
            output, _ = await child.communicate()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        database.close()
    if child.returncode != 0:
        raise SystemExit(f"the fleet's process ended with {child.returncode}")
    return LinkedRun(**json.loads(output))


class _Timed(Fleet):
    """Knows when it last moved, so that whole steps are measured."""

    stepped_s = 0.0

    def step(self, duration_s: float) -> None:
        """See Fleet; a step lasts from the loop's time before it."""
        self.stepped_s = time.monotonic()
        super().step(duration_s)


async def _drive(data_dir: Path, duration_s: float) -> LinkedRun:
    patrol_map, spec = load_map(MAP), load_vehicle(VEHICLE)
    credentials = [load_credentials(path) for path in sorted(data_dir.rglob("*.json"))
                   if path.stem.startswith("light-")]  # fmt: skip
    fleet = _Timed(credentials, patrol_map, spec)
    rng = np.random.default_rng(0)
    for vehicle in fleet.vehicles:
        node_id = int(vehicle.content().last_node_id)
        vehicle.accept_order(random_walk_order(patrol_map, node_id, ORDER_EDGES, rng))
    stop = asyncio.Event()
    task = asyncio.create_task(fleet.run(stop))
    deadline = time.monotonic() + WARM_UP_S
    while fleet.report().connected < len(credentials) and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
    await asyncio.sleep(2.0)
    before, process = fleet.report(), time.process_time()
    simulated, wall = fleet.simulated_s, fleet.stepped_s
    await asyncio.sleep(duration_s)
    simulated, wall = fleet.simulated_s - simulated, fleet.stepped_s - wall
    after = fleet.report()
    run = LinkedRun(
        vehicles=after.vehicles,
        connected=after.connected,
        simulated_s=simulated,
        wall_s=wall,
        process_s=time.process_time() - process,
        states=after.states - before.states,
        acked=after.acked - before.acked,
        driven_m=after.driven_m - before.driven_m,
    )
    stop.set()
    await task
    return run


if __name__ == "__main__":
    result = asyncio.run(_drive(Path(sys.argv[1]), float(sys.argv[2])))
    print(json.dumps(asdict(result)))
