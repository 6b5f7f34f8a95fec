"""A whole vehicle without ROS in the simulator, given orders by its radio; nobody answers it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from patrol.clock import iso_utc
from patrol.geometry import Pose2
from patrol.map_geojson import load_map
from patrol.vda5050.messages import Action, InstantActions, Order, encode
from patrol.vehicle import load_vehicle
from simulation.mujoco.simulator import Simulator
from simulation.vehicle.library import LibraryVehicle
from simulation.vehicle.orders import ADDRESS
from simulation.vehicle.radio import Packet
from simulation.world import build_world

ROOT = Path(__file__).parents[2]
SPEC = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
PROVING_GROUND = load_map(ROOT / "maps" / "proving_ground.geojson")
EPOCH_S = 1_800_000_000.0
MAKER, SERIAL = ADDRESS.manufacturer, ADDRESS.serial_number


class LoneVehicle:
    """`tick` 10 ms; `seen` is called after every one."""

    def __init__(self, start: Pose2, seed: int = 3) -> None:
        world = build_world(PROVING_GROUND)
        simulator = Simulator(world, SPEC, start, seed=seed, cameras=False, start_epoch_s=EPOCH_S)
        self.vehicle = LibraryVehicle(simulator)
        self.seen: Callable[[], None] = lambda: None

    def send(self, order: Order) -> None:
        """An order, or an update of it."""
        self.vehicle.radio.from_room(Packet("order", encode(order)), self.vehicle.now_s)

    def ask(self, action: Action) -> None:
        """An instant action."""
        stamp = iso_utc(self.vehicle.now_s)
        message = InstantActions(1, stamp, "2.1.0", MAKER, SERIAL, [action])
        packet = Packet("instantActions", encode(message))
        self.vehicle.radio.from_room(packet, self.vehicle.now_s)

    def tick(self) -> None:
        """10 ms."""
        self.vehicle.tick()
        self.vehicle.radio.step(self.vehicle.now_s)
        self.seen()

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass; False where what is waited for did not come."""
        for _ in range(round(seconds * 100)):
            self.tick()
            if until():
                return True
        return False

    def close(self) -> None:
        self.vehicle.simulator.close()
