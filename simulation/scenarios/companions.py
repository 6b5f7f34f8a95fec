"""Companions: the other vehicles of a scenario, light ones in the first one's world.

A companion drives as `simulation.light_vehicle` does: straight from node to node, with the type's
speeds and accelerations, without slip, sensors or localization. It is a solid hull to the first
vehicle's lidar, cameras and bumpers. It sees nothing either; so that it harms nobody it stands as
long as somebody is close ahead of it. It reports over a radio of its own, as a VDA 5050 client.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from navigation.types import Mode
from patrol.faults import strongest_response
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.vda5050.topic_names import VehicleAddress
from simulation.fleet import move
from simulation.fleet_motion import FleetMotion
from simulation.light_map import SpeedLimits
from simulation.light_vehicle import LightVehicle
from simulation.mujoco.simulator import Simulator
from simulation.scenarios.control_room import ControlRoom
from simulation.scenarios.hulls import Points, hull_middle, outline
from simulation.scenarios.light_client import LightClient
from simulation.scenarios.ordering import address_of, send_order
from simulation.scenarios.scenario import Companion, Scenario
from simulation.scenarios.trace import Sample, Trace, Visit
from simulation.vehicle.radio import Radio

STEP_S = 0.1
KEEP_M = 1.0  # it stands when somebody is nearer ahead than this and its way to brake
ASIDE_M = 0.25  # beside its hull
PERSON_M = 0.35  # half a person
EPSILON_S = 1e-6


class LightCompanion:
    """One of them: its motion, its client, its control room, its trace."""

    def __init__(
        self, companion: Companion, patrol_map: PatrolMap, limits: SpeedLimits, radio: Radio,
        address: VehicleAddress, acknowledges: bool,
    ) -> None:  # fmt: skip
        spec, start = companion.spec, companion.start
        self.companion, self.name = companion, companion.entry.name
        self._motion = FleetMotion(spec, np.array([(start.x_m, start.y_m)]))
        self._motion.heading_rad[0] = start.yaw_rad
        self._motion.battery_pct[0] = companion.entry.battery_pct
        self._vehicle = LightVehicle(
            0, self._motion, patrol_map, limits, spec.speed_cap_mps, companion.node_behind_id
        )
        self.radio = radio
        self.client = LightClient(self._vehicle, spec, patrol_map, radio, address)
        self.room = ControlRoom(patrol_map, spec, radio, address, acknowledges=acknowledges)
        self.trace = Trace(patrol_map, room=self.room.figures)
        self._last_node_id = str(companion.node_behind_id)
        self._held_mps = 0.0  # the leg's limit while somebody is ahead
        self._is_told = self._ordered = False
        self.is_done = False  # nothing is left to drive

    @property
    def pose(self) -> Pose2:
        """Where base_link is."""
        return self._motion.pose(0)

    @property
    def outline(self) -> Points:
        """Points around its hull, (n, 2)."""
        return outline(self.companion.spec, self.pose)

    def step(self, now_s: float, in_the_way: Points) -> None:
        """A tenth of a second: yield, drive, report."""
        self._yield(in_the_way)
        move(self._motion, [self._vehicle], STEP_S)
        self.client.cycle(now_s)
        self.radio.step(now_s)
        self.room.step(now_s)

    def _yield(self, in_the_way: Points) -> None:
        motion = self._motion
        if self._is_blocked(in_the_way):
            if motion.limit_mps[0] > 0:
                self._held_mps = float(motion.limit_mps[0])
                motion.limit_mps[0] = 0.0
        elif motion.limit_mps[0] == 0.0:
            motion.limit_mps[0] = self._held_mps

    def _is_blocked(self, in_the_way: Points) -> bool:
        """Whether somebody is in the stripe ahead that it needs to brake in."""
        if not len(in_the_way):
            return False
        spec, pose = self.companion.spec, self.pose
        c, s = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
        ahead = (in_the_way - (pose.x_m, pose.y_m)) @ np.array([[c, -s], [s, c]])
        brake_m = float(self._motion.speed_mps[0]) ** 2 / (2 * spec.max_deceleration_mps2)
        within = (ahead[:, 0] > 0) & (ahead[:, 0] < spec.front_m + KEEP_M + brake_m)
        return bool(np.any(within & (np.abs(ahead[:, 1]) < spec.width_m / 2 + ASIDE_M)))

    def join(self, first: Trace) -> None:
        """What happens around the first vehicle happens around this one."""
        trace = self.trace
        trace.marks, trace.actors, trace.notes = first.marks, first.actors, first.notes
        trace.lights = first.lights
        first.others[self.name] = trace

    def note(self, t_s: float, now_s: float) -> None:
        """Give it its order when that is due; write down what it does."""
        companion = self.companion
        if not self._is_told and t_s >= companion.entry.ordered_at_s - EPSILON_S:
            self._is_told = True
            self._ordered = send_order(
                self.room, companion.entry, companion.start_node_id, companion.start.yaw_rad, now_s
            )
        trace, content = self.trace, self._vehicle.content()
        has_ended = self._ordered and not self._vehicle.busy and bool(content.order_id)
        self.is_done = self._is_told and (has_ended or not self._ordered)
        mode = Mode.FINISHED if has_ended else Mode.DRIVING if content.driving else Mode.WAITING
        trace.samples.append(
            Sample(
                t_s=round(t_s, 3), pose=self.pose, speed_mps=content.speed_mps, estimate=None,
                mode=mode if self._ordered else Mode.IDLE, faults=content.faults,
                response=strongest_response(content.faults), latched=False, cross_track_m=None,
                battery_pct=content.battery_pct, order_id=content.order_id, waiting_for="",
            )
        )  # fmt: skip
        if content.order_id and content.last_node_id != self._last_node_id:
            self._last_node_id = content.last_node_id
            trace.visits.append(Visit(t_s, int(content.last_node_id)))
        for action in content.action_states:
            name = self.room.checkpoint_of.get(action.action_id, "")
            if action.action_status == "FINISHED" and name:
                trace.checkpoint_visits.setdefault(name, t_s)


class Companions:
    """All of them; `radios` are other links than those in memory, by vehicle."""

    def __init__(
        self, scenario: Scenario, simulator: Simulator, radios: Mapping[str, Radio] | None = None
    ) -> None:
        self._simulator, self._spec = simulator, scenario.spec
        limits = SpeedLimits(scenario.patrol_map)
        self.all = [
            LightCompanion(
                companion,
                scenario.patrol_map,
                limits,
                radios[companion.entry.name] if radios else Radio(scenario.seed + 1 + number),
                address_of(companion.entry.name),
                acknowledges=radios is None,
            )
            for number, companion in enumerate(scenario.companions)
        ]
        self._due_s = -math.inf

    def step(self, now_s: float) -> None:
        """Up to a time; does nothing until a tenth of a second has passed."""
        if not self.all or now_s < self._due_s - EPSILON_S:
            return
        self._due_s = now_s + STEP_S
        hulls = {light.name: light.outline for light in self.all}
        first = outline(self._spec, self._simulator.truth.pose)
        people = [p for name, p in self._simulator.actor_places.items() if name not in hulls]
        for light in self.all:
            others = [hull for name, hull in hulls.items() if name != light.name]
            light.step(now_s, np.concatenate([first, *others, _around(people)]))
            pose = light.pose
            self._simulator.put(light.name, hull_middle(light.companion.spec, pose), pose.yaw_rad)

    def join(self, first: Trace) -> None:
        """Their traces beside the first vehicle's."""
        for light in self.all:
            light.join(first)

    def note(self, t_s: float) -> None:
        """Write down what all do."""
        for light in self.all:
            light.note(t_s, self._simulator.now_s)

    @property
    def are_done(self) -> bool:
        """Whether no order is still to come or under way."""
        return all(light.is_done for light in self.all)

    def end(self, t_s: float, because: str) -> None:
        """Close their traces."""
        for light in self.all:
            light.trace.ended_s, light.trace.ended_because = t_s, because


def _around(people: list[tuple[float, float]]) -> Points:
    """Points around everybody, (n, 2)."""
    ring = [(0.0, 0.0), (PERSON_M, 0.0), (-PERSON_M, 0.0), (0.0, PERSON_M), (0.0, -PERSON_M)]
    return np.array([(x + dx, y + dy) for x, y in people for dx, dy in ring]).reshape(-1, 2)
