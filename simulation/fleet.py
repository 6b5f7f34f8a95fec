"""Light vehicles: any number of kinematic VDA 5050 clients in one process.

Each is a real client of the fleet server (`fleet_client`), without a disk; one NumPy step moves
all of them.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fleet_client.client import FleetClient
from fleet_client.credentials import Credentials
from fleet_client.options import LinkHandlers, LinkOptions
from fleet_client.state_builder import MapRef
from patrol.clock import Clock, SystemClock
from patrol.map import PatrolMap, WayClass
from patrol.map_passable import standing_width_m
from patrol.vehicle import VehicleSpec
from simulation.fleet_motion import FleetMotion, Floats
from simulation.light_maps import SharedMaps, light_maps
from simulation.light_vehicle import LightVehicle

STEP_S = 0.1
MAX_STEP_S = 0.5  # after a stall of the machine the fleet does not jump further than this
STATE_PERIOD_S = 1.0
CONNECTS_PER_S = 100.0  # a whole fleet does not log in at once
LOGIN_S = 5.0  # after its turn to connect a vehicle has what it goes on with
# A light vehicle's link: no disk, a day of states would not fit into memory for a whole fleet.
LIGHT_LINK = LinkOptions(spool_max_states=2_000, persistent_session=False)


@dataclass(frozen=True, slots=True)
class FleetReport:
    """What the fleet did since its start."""

    vehicles: int
    connected: int
    busy: int
    states: int
    sent: int
    acked: int
    spooled: int
    orders: int
    refused: int
    driven_m: float


def spread_nodes(
    patrol_map: PatrolMap, count: int, rng: np.random.Generator, width_m: float = 0.0
) -> list[int]:
    """Nodes far from each other (farthest-point sampling); again from the start when used up.

    Where there are enough, at nodes where a vehicle of a width keeps no other from any way.
    """
    roomy = _roomy_nodes(patrol_map, width_m)
    ids = roomy if len(roomy) >= count else sorted(patrol_map.nodes)
    places = np.array([(patrol_map.nodes[i].x_m, patrol_map.nodes[i].y_m) for i in ids])
    chosen = [int(rng.integers(len(ids)))]
    nearest_m = np.full(len(ids), np.inf)
    while len(chosen) < min(count, len(ids)):
        away_m = np.hypot(*(places - places[chosen[-1]]).T)
        nearest_m = np.minimum(nearest_m, away_m)
        chosen.append(int(np.argmax(nearest_m)))
    return [ids[chosen[number % len(chosen)]] for number in range(count)]


def _roomy_nodes(patrol_map: PatrolMap, width_m: float) -> list[int]:
    """Nodes of which each way is wide enough to get by beside who stands there; no crosswalk."""
    need_m = standing_width_m(width_m, width_m)
    tight = {
        node_id
        for edge in patrol_map.edges.values()
        if edge.width_m < need_m or edge.way_class is WayClass.CROSSWALK or edge.crosswalk_id
        for node_id in (edge.start_id, edge.end_id)
    }
    return sorted(patrol_map.nodes.keys() - tight)


def move(motion: FleetMotion, vehicles: Sequence[LightVehicle], duration_s: float) -> None:
    """Drive on and act; `vehicles[i]` is the one that moves as `motion`'s index i."""
    for index in map(int, motion.step(duration_s)):
        vehicles[index].arrived()
    for index in map(int, np.flatnonzero(motion.acting)):
        vehicles[index].wait(duration_s)


class Fleet:
    """Vehicles, one for each credentials; `step` moves them, `run` also keeps their links."""

    def __init__(
        self,
        credentials: Sequence[Credentials],
        patrol_map: PatrolMap,
        spec: VehicleSpec,
        *,
        seed: int = 0,
        clock: Clock | None = None,
        visualization_hz: float = 0.0,
        options: LinkOptions = LIGHT_LINK,
    ) -> None:
        rng = np.random.default_rng(seed)
        nodes = spread_nodes(patrol_map, len(credentials), rng, spec.width_m)
        shared = SharedMaps(patrol_map)
        limits = shared.limits_of(patrol_map.content_hash)
        self.motion = FleetMotion(spec, _places(patrol_map, nodes))
        self.motion.heading_rad[:] = rng.uniform(-np.pi, np.pi, len(nodes))
        self.vehicles = [
            LightVehicle(i, self.motion, patrol_map, limits, spec.speed_cap_mps, node_id)
            for i, node_id in enumerate(nodes)
        ]
        self.clients = [
            FleetClient(
                who,
                spec,
                MapRef.of(patrol_map),
                LinkHandlers(vehicle.accept_order, vehicle.instant_action, _asker(vehicle)),
                maps=light_maps(vehicle, shared, MapRef.of(patrol_map)),
                spool_path=None,
                clock=clock or SystemClock(),
                options=options,
                seed=seed + number,
            )
            for number, (who, vehicle) in enumerate(zip(credentials, self.vehicles, strict=True))
        ]
        self._states = 0
        self.simulated_s = 0.0  # since the start
        self._visualization_s = 1.0 / visualization_hz if visualization_hz else np.inf
        self._state_in_s = rng.uniform(0.0, STATE_PERIOD_S, len(nodes))
        self._picture_in_s = rng.uniform(0.0, 1.0, len(nodes)) * min(self._visualization_s, 1e9)

    def step(self, duration_s: float) -> None:
        """Move the vehicles; publish states that are due (1 Hz, and at every change)."""
        self.simulated_s += duration_s
        move(self.motion, self.vehicles, duration_s)
        self._state_in_s -= duration_s
        self._picture_in_s -= duration_s
        for index, vehicle in enumerate(self.vehicles):
            if vehicle.changed or self._state_in_s[index] <= 0:
                vehicle.changed = False
                self._state_in_s[index] = STATE_PERIOD_S
                self.clients[index].publish_state(vehicle.content())
                self._states += 1
        for index in map(int, np.flatnonzero(self._picture_in_s <= 0)):
            self._picture_in_s[index] = self._visualization_s
            self.clients[index].publish_visualization(
                self.motion.pose(index), float(self.motion.speed_mps[index])
            )

    async def run(self, stop: asyncio.Event) -> None:
        """Drive in real time until `stop`; then every vehicle says OFFLINE."""
        links = [
            asyncio.create_task(self._link(client, number / CONNECTS_PER_S, stop))
            for number, client in enumerate(self.clients)
        ]
        loop = asyncio.get_running_loop()
        last_s = loop.time()
        gc.freeze()  # a full collection of a thousand vehicles would stop all for half a second
        settled_s = last_s + len(self.clients) / CONNECTS_PER_S + LOGIN_S
        try:
            while not stop.is_set():
                await asyncio.sleep(max(0.0, last_s + STEP_S - loop.time()))
                now_s = loop.time()
                self.step(min(now_s - last_s, MAX_STEP_S))
                if last_s < settled_s <= now_s:
                    gc.freeze()
                last_s = now_s
        finally:
            stop.set()
            gc.unfreeze()
            for client in self.clients:
                client.stop()
            await asyncio.gather(*links)

    async def _link(self, client: FleetClient, after_s: float, stop: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(after_s):
                await stop.wait()
        except TimeoutError:
            await client.run()

    def report(self) -> FleetReport:
        """Totals over the fleet."""
        links = [client.status() for client in self.clients]
        return FleetReport(
            vehicles=len(links),
            connected=sum(link.connected for link in links),
            busy=sum(vehicle.busy for vehicle in self.vehicles),
            states=self._states,
            sent=sum(link.messages_sent for link in links),
            acked=sum(link.messages_acked for link in links),
            spooled=sum(link.spooled_states for link in links),
            orders=sum(link.orders_received for link in links),
            refused=sum(link.rejected for link in links),
            driven_m=float(self.motion.driven_m.sum()),
        )


def _places(patrol_map: PatrolMap, node_ids: list[int]) -> Floats:
    nodes = [patrol_map.nodes[node_id] for node_id in node_ids]
    return np.array([(node.x_m, node.y_m) for node in nodes]).reshape(-1, 2)


def _asker(vehicle: LightVehicle) -> Callable[[], None]:
    def ask() -> None:
        vehicle.changed = True

    return ask
