"""Director: lets events happen and faults hold, each when its moment has come."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from navigation.types import Mode
from patrol.errors import PlanError
from patrol.geodesy import wrap_angle
from patrol.geometry import StampedPose
from patrol.vda5050.init_position import INIT_POSITION
from patrol.vda5050.node_actions import (
    ANNOUNCE,
    RELEASE_OPERATOR_WAIT,
    START_BEACON,
    START_SIREN,
    STOP_BEACON,
    STOP_SIREN,
)
from simulation.props import PostKind
from simulation.scenarios.control_room import ControlRoom
from simulation.scenarios.events import (
    ChangeMap,
    CloseStreet,
    Event,
    Fault,
    LampOut,
    LetTimePass,
    Operate,
    OperatorAction,
    Push,
    SendOrder,
    SetSignal,
)
from simulation.scenarios.injector import WorldInjector
from simulation.scenarios.places import place_map
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.subject import Subject
from simulation.scenarios.trace import Mark, Sample, Trace
from simulation.scenarios.triggers import DrivingState, When
from simulation.world import ScenarioError

STANDING_MPS, DRIVING_MPS, MOVING_MPS = 0.05, 0.5, 0.2
AHEAD_RADPS, TURNING_RADPS = 0.05, 0.15
SLOPE_RAD = math.radians(3.0)
INSTANT_ACTIONS = {
    OperatorAction.PAUSE: "startPause",
    OperatorAction.REMOTE_STOP: "remoteStop",
    OperatorAction.CONFIRM_CROSSING: "confirmCrossing",
    OperatorAction.RELEASE_WAIT: RELEASE_OPERATOR_WAIT,
    OperatorAction.RESUME: "stopPause",
    OperatorAction.CANCEL: "cancelOrder",
    OperatorAction.BEACON_ON: START_BEACON,
    OperatorAction.BEACON_OFF: STOP_BEACON,
    OperatorAction.SIREN_ON: START_SIREN,
    OperatorAction.SIREN_OFF: STOP_SIREN,
    OperatorAction.ANNOUNCE: ANNOUNCE,
    OperatorAction.SET_POSITION: INIT_POSITION,
}


class Director:
    """Owns what is still to come; `step` after every tick of navigation."""

    def __init__(
        self,
        scenario: Scenario,
        subject: Subject,
        room: ControlRoom,
        injector: WorldInjector,
        trace: Trace,
        pass_time: Callable[[float], None],
    ) -> None:
        self._scenario, self._subject, self._room = scenario, subject, room
        self._injector, self._trace, self._pass_time = injector, trace, pass_time
        self._pending: list[Event | Fault] = [*scenario.events, *scenario.faults]
        self._active: list[tuple[float, Fault]] = []
        self._check_lamps()
        self._way_m = 0.0
        self._last_s = 0.0

    @property
    def done(self) -> bool:
        """Whether nothing is still to come or to end."""
        return not self._pending and all(math.isinf(end_s) for end_s, _ in self._active)

    def step(self, sample: Sample, truth: StampedPose) -> None:
        """End what is over, begin what is due."""
        t_s = sample.t_s
        self._way_m += abs(sample.speed_mps) * (t_s - self._last_s)
        self._last_s = t_s
        for end_s, fault in [a for a in self._active if a[0] <= t_s]:
            self._active.remove((end_s, fault))
            self._injector.end(fault)
            self._close(fault.title, t_s)
        for entry in list(self._pending):
            if self._due(entry, sample, truth):
                self._pending.remove(entry)
                self._begin(entry, t_s)

    def _due(self, entry: Event | Fault, sample: Sample, truth: StampedPose) -> bool:
        if entry.at_s is not None:
            return sample.t_s >= entry.at_s - 1e-9
        return entry.when is not None and self._holds(entry.when, sample, truth)

    def _holds(self, when: When, sample: Sample, truth: StampedPose) -> bool:
        mark = self._trace.mark(when.after) if when.after else None
        if when.after and (mark is None or sample.t_s < mark.begin_s + when.after_s - 1e-9):
            return False
        if when.travelled_m is not None and self._way_m < when.travelled_m:
            return False
        if when.mode is not None and sample.mode is not when.mode:
            return False
        if when.fault is not None and when.fault not in sample.faults:
            return False
        if when.near is not None:
            there = place_map(self._scenario.patrol_map, when.near)
            here = (sample.pose.x_m, sample.pose.y_m)
            if math.dist(here, (there.x_m, there.y_m)) > when.within_m:
                return False
        return when.driving is None or self._drives(when.driving, sample, truth)

    def _drives(self, state: DrivingState, sample: Sample, truth: StampedPose) -> bool:
        speed, turn = abs(sample.speed_mps), abs(truth.yaw_rate_radps)
        if state is DrivingState.STANDING:
            return speed < STANDING_MPS and bool(sample.order_id)
        if state is DrivingState.CHECKPOINT:
            return sample.mode is Mode.DWELLING
        if state is DrivingState.STRAIGHT:
            return speed > DRIVING_MPS and turn < AHEAD_RADPS
        if state is DrivingState.TURNING:
            return speed > MOVING_MPS and turn > TURNING_RADPS
        if state is DrivingState.SLOPE:
            return speed > MOVING_MPS and abs(truth.pitch_rad) > SLOPE_RAD
        on = self._trace.ways.crosswalk_at(sample.pose.x_m, sample.pose.y_m)
        return speed > MOVING_MPS and on is not None

    # --- beginnings and ends ---

    def _begin(self, entry: Event | Fault, t_s: float) -> None:
        if isinstance(entry, Fault):
            self._injector.begin(entry)
            end_s = math.inf if entry.for_s is None else t_s + entry.for_s
            self._active.append((end_s, entry))
            self._open(entry.title, t_s)
            return
        self._open(entry.title, t_s)
        handlers: dict[type, Callable[[Any, float], None]] = {
            Push: self._push, Operate: self._operate, SendOrder: self._order,
            CloseStreet: self._close_street, SetSignal: self._signal, ChangeMap: self._change_map,
            LetTimePass: self._let_time_pass, LampOut: self._lamp_out,
        }  # fmt: skip
        try:
            handlers[type(entry)](entry, t_s)
        except PlanError as error:
            self._trace.notes.append((t_s, f"{entry.title}: {error}"))

    def _open(self, name: str, t_s: float) -> None:
        self._trace.marks[name] = Mark(name, t_s)
        self._trace.notes.append((t_s, f"{name} begins"))

    def _close(self, name: str, t_s: float) -> None:
        self._trace.marks[name] = replace(self._trace.marks[name], end_s=t_s)
        self._trace.notes.append((t_s, f"{name} ends"))

    # --- events ---

    def _push(self, event: Push, t_s: float) -> None:
        self._injector.push(event.force_n, event.direction_rad, event.for_s)

    def _operate(self, event: Operate, t_s: float) -> None:
        if event.action is OperatorAction.RESET:
            done = self._subject.reset_gate()
            self._trace.notes.append((t_s, f"reset {'done' if done else 'refused'}"))
            return
        self._trace.notes.append((t_s, f"{event.operator}: {event.action}"))
        parameters: dict[str, Any] = {"message": event.message} if event.message else {}
        if event.action is OperatorAction.SET_POSITION:
            pose = self._subject.simulator.truth.pose
            parameters = {
                "x": pose.x_m,
                "y": pose.y_m + event.off_m,
                "theta": wrap_angle(pose.yaw_rad + event.off_rad),
                "mapId": self._scenario.patrol_map.map_id,
            }
        self._room.act(INSTANT_ACTIONS[event.action], self._subject.now_s, parameters)

    def _order(self, event: SendOrder, t_s: float) -> None:
        now_s = self._subject.now_s
        self._trace.notes.append((t_s, f"{event.operator}: a new order"))
        if event.nodes:
            self._room.send_nodes(event.nodes, now_s)
        else:
            self._room.send_tour(self._here(), event.checkpoints, now_s)

    def _close_street(self, event: CloseStreet, t_s: float) -> None:
        """Cancel, and go to what is left by other streets."""
        left = [
            name
            for name in self._scenario.vehicle.checkpoints
            if name not in self._trace.checkpoint_visits
        ]
        self._room.send_tour(
            self._here(event.edge_ids),
            left,
            self._subject.now_s,
            closed=event.edge_ids,
            heading_rad=self._subject.simulator.truth.pose.yaw_rad,
            replacing=True,
        )

    def _here(self, closed: Collection[int] = ()) -> int:
        """The node that a new plan begins at: the next one, from a closed way the last one driven
        over, else the nearest."""
        state = self._subject.state
        ahead = [int(node.node_id) for node in state.node_states[:1]]
        if state.last_node_id and any(int(e.edge_id) in closed for e in state.edge_states[:1]):
            return int(state.last_node_id)
        if ahead:
            return ahead[0]
        pose = self._subject.simulator.truth.pose
        return self._scenario.patrol_map.nearest_node(pose.x_m, pose.y_m).id

    def _signal(self, event: SetSignal, t_s: float) -> None:
        self._subject.simulator.set_light(event.crosswalk, event.light)

    def _change_map(self, event: ChangeMap, t_s: float) -> None:
        """The room plans on a version that the vehicle does not have, and sends an order."""
        self._room.map_version = "0" * 64
        here = self._here()
        edge = self._scenario.patrol_map.outgoing[here][0]
        self._room.send_nodes((here, edge.end_id), self._subject.now_s)

    def _let_time_pass(self, event: LetTimePass, t_s: float) -> None:
        self._pass_time(event.hours * 3600.0)

    def _lamp_out(self, event: LampOut, t_s: float) -> None:
        self._subject.simulator.dark_posts |= {event.post}

    def _check_lamps(self) -> None:
        """Raises ScenarioError for a lamp that the world does not have."""
        poles = [i for i, post in enumerate(self._subject.simulator.world.posts)
                 if post.kind is PostKind.POLE]  # fmt: skip
        for entry in self._scenario.events:
            if isinstance(entry, LampOut) and entry.post not in poles:
                listed = ", ".join(map(str, poles)) or "none"
                raise ScenarioError(
                    f"{self._scenario.path}: {entry.title}: no lamp {entry.post}; known: {listed}"
                )
