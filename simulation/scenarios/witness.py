"""Witness: writes down what a vehicle does and what happens to it, as the trace keeps it."""

from __future__ import annotations

from patrol.faults import strongest_response
from simulation.scenarios.trace import RunHash, Sample, Trace, Visit
from simulation.vehicle.library import LibraryVehicle

ACTORS_EVERY = 4  # samples


class Witness:
    """Fills a trace and the run's hash; `see` once a navigation cycle."""

    def __init__(self, vehicle: LibraryVehicle, trace: Trace, run_hash: RunHash) -> None:
        self._vehicle, self._trace, self._hash = vehicle, trace, run_hash
        self._reached: tuple[str, str] = ("", "")
        self._checkpoint_of: dict[str, str] = {}

    def feel(self, t_s: float) -> None:
        """Note what the hull began to touch in this tick."""
        frame = self._vehicle.frame
        if frame is not None and frame.contacts:
            self._trace.contacts += [(t_s, name) for name in frame.contacts]
            self._hash.words(*frame.contacts)

    def see(self, t_s: float) -> Sample:
        """Note the vehicle as it is now."""
        vehicle = self._vehicle
        sample = self._sample(t_s)
        self._trace.samples.append(sample)
        self._note(sample)
        truth = vehicle.simulator.truth
        self._hash.numbers((truth.pose.x_m, truth.pose.y_m, truth.pose.yaw_rad, truth.speed_mps,
                            vehicle.drive.speed_mps, vehicle.drive.steering_rad))  # fmt: skip
        self._hash.words(*sorted(sample.faults))
        return sample

    def _sample(self, t_s: float) -> Sample:
        vehicle = self._vehicle
        truth, state = vehicle.simulator.truth, vehicle.state
        estimate = vehicle.bus.estimate.value
        seen = estimate.stamped.pose if estimate and estimate.stamped else None
        faults = vehicle.faults
        base = vehicle.bus.base.value
        return Sample(
            t_s=round(t_s, 3),
            pose=truth.pose,
            speed_mps=truth.speed_mps,
            estimate=seen,
            mode=state.mode,
            faults=faults,
            response=strongest_response(faults),
            latched=vehicle.gate_output.latched,
            cross_track_m=vehicle.navigation.stack.cross_track_error_of(truth.pose),
            battery_pct=base.battery_pct if base else 0.0,
            order_id=state.order_id,
            waiting_for=state.waiting_for,
        )

    def _note(self, sample: Sample) -> None:
        """Visits, checkpoints, incidents, actors: what expectations ask for."""
        vehicle, trace = self._vehicle, self._trace
        state = vehicle.state
        if (state.order_id, state.last_node_id) != self._reached and state.last_node_id:
            self._reached = (state.order_id, state.last_node_id)
            trace.visits.append(Visit(sample.t_s, int(state.last_node_id)))
            self._hash.words("node", *self._reached)
        self._note_checkpoints(sample.t_s)
        new = vehicle.perception.incidents[len(trace.incidents) :]
        trace.incidents += [(sample.t_s, incident) for _, incident in new]
        if len(trace.samples) % ACTORS_EVERY == 0:
            trace.actors.append((sample.t_s, vehicle.simulator.actor_places))

    def _note_checkpoints(self, t_s: float) -> None:
        stack, trace = self._vehicle.navigation.stack, self._trace
        if stack.order is not None:
            for node in stack.order.nodes:
                for action in node.actions:
                    if action.action_type == "patrolCheckpoint":
                        name = str(action.parameters().get("checkpointId"))
                        self._checkpoint_of[action.action_id] = name
        for state in self._vehicle.state.action_states:
            name = self._checkpoint_of.get(state.action_id, "")
            if state.action_status == "FINISHED" and name:
                trace.checkpoint_visits.setdefault(name, t_s)
