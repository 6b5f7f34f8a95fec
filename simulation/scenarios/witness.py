"""Witness: writes down what a vehicle does and what happens to it, as the trace keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from patrol.faults import strongest_response
from simulation.scenarios.subject import Subject
from simulation.scenarios.trace import RunHash, Sample, Trace, Visit

ACTORS_EVERY = 4  # samples


class Witness:
    """Fills a trace and the run's hash; `checkpoint_of` names the checkpoint of an action."""

    def __init__(
        self, subject: Subject, trace: Trace, run_hash: RunHash, checkpoint_of: Mapping[str, str]
    ) -> None:
        self._subject, self._trace, self._hash = subject, trace, run_hash
        self._checkpoint_of = checkpoint_of
        self._reached: tuple[str, str] = ("", "")

    def feel(self, t_s: float, contacts: Sequence[str]) -> None:
        """Note what the hull began to touch."""
        if contacts:
            self._trace.contacts += [(t_s, name) for name in contacts]
            self._hash.words(*contacts)

    def see(self, t_s: float) -> Sample:
        """Note the vehicle as it is now."""
        subject = self._subject
        sample = self._sample(t_s)
        self._trace.samples.append(sample)
        self._note(sample)
        truth, drive = subject.simulator.truth, subject.drive
        self._hash.numbers((truth.pose.x_m, truth.pose.y_m, truth.pose.yaw_rad, truth.speed_mps,
                            drive.speed_mps, drive.steering_rad))  # fmt: skip
        self._hash.words(*sorted(sample.faults))
        return sample

    def _sample(self, t_s: float) -> Sample:
        subject = self._subject
        truth, state, faults = subject.simulator.truth, subject.state, subject.faults
        return Sample(
            t_s=round(t_s, 3),
            pose=truth.pose,
            speed_mps=truth.speed_mps,
            estimate=subject.estimate,
            mode=state.mode,
            faults=faults,
            response=strongest_response(faults),
            latched=subject.latched,
            cross_track_m=subject.cross_track_m,
            battery_pct=subject.simulator.base.battery_pct,
            order_id=state.order_id,
            waiting_for=state.waiting_for,
        )

    def _note(self, sample: Sample) -> None:
        """Visits, checkpoints, incidents, actors: what expectations ask for."""
        subject, trace = self._subject, self._trace
        state = subject.state
        if (state.order_id, state.last_node_id) != self._reached and state.last_node_id:
            self._reached = (state.order_id, state.last_node_id)
            trace.visits.append(Visit(sample.t_s, int(state.last_node_id)))
            self._hash.words("node", *self._reached)
        for action in state.action_states:
            name = self._checkpoint_of.get(action.action_id, "")
            if action.action_status == "FINISHED" and name:
                trace.checkpoint_visits.setdefault(name, sample.t_s)
        new = subject.incidents[len(trace.incidents) :]
        trace.incidents += [(sample.t_s, incident) for incident in new]
        lights = subject.simulator.lights
        if lights and (not trace.lights or trace.lights[-1][1] != lights):
            trace.lights.append((sample.t_s, lights))
        if len(trace.samples) % ACTORS_EVERY == 0:
            trace.actors.append((sample.t_s, subject.simulator.actor_places))
