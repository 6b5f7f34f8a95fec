"""From findings to incidents: one real event is one incident, opened, updated, closed.

A finding near an incident of the same kind, by both covariances, belongs to it, whatever track or
spot it came from, so a second lap or a flicker opens nothing new; what a rule follows by its own
key stays the same incident wherever it goes. Driving away closes nothing: a vehicle says CLOSED
only when its rule has seen that it is over.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from patrol.covariance import sigma_of, sigmas_apart
from patrol.incident import AnomalyKind, Incident, IncidentPhase, Severity
from perception.incident_memory import Remembered, load_memory, save_memory
from perception.map_view import NOWHERE, MapView
from perception.rules.base import Finding
from perception.severity import more_urgent, severity_of

_GATE_SIGMAS = 3.0  # of a Rayleigh distance, 98.9 % of pairs of looks at one place
_FARTHEST_RADII = 2.0  # of `merge_radius_m`, whatever the covariances say

_Key = tuple[AnomalyKind, str, int]  # kind, the rule's camera, the rule's own number


@dataclass(frozen=True, slots=True)
class IncidentConfig:
    """When findings are the same event, and when an update is worth a message."""

    merge_radius_m: float = 3.0  # of places that are known exactly; doubtful ones reach further
    forget_after_s: float = 1800.0  # later, at the same place, it is a new event
    update_every_s: float = 10.0
    update_move_m: float = 0.75
    update_confidence: float = 0.15

    def __post_init__(self) -> None:
        for name in ("merge_radius_m", "forget_after_s", "update_every_s"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name)} must be above 0")


class IncidentBook:
    """All incidents this vehicle knows; `step` gives the new revisions only."""

    def __init__(
        self,
        config: IncidentConfig,
        map_id: str,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        memory: Path | None = None,  # a file, so that a restart opens nothing anew
        view: MapView = NOWHERE,  # zones and hours, for the severity
    ) -> None:
        self._config = config
        self._map_id = map_id
        self._new_id = new_id
        self._view = view
        self._memory = memory
        known = load_memory(memory, map_id)
        self._open = {one.incident.incident_id: one.incident for one in known}
        self._seen_s = {one.incident.incident_id: one.seen_s for one in known}
        self._by_key: dict[_Key, str] = {}  # what a rule follows → incident
        self._shown: set[_Key] = set()  # in the last picture

    def step(self, findings: list[Finding], now_s: float) -> list[tuple[Incident, Finding]]:
        """New revisions, each with the finding that caused it."""
        self._forget(now_s)
        self._shown = {_key(finding) for finding in findings}
        changes = []
        for finding in findings:
            known = self._match(finding)
            if known is None:
                if finding.cleared:
                    continue
                change: Incident | None = self._start(finding, now_s)
            else:
                self._by_key[_key(finding)] = known.incident_id
                change = self._revise(known, finding, now_s)
            if change is None:
                continue
            if change.phase is IncidentPhase.CLOSED:
                del self._open[change.incident_id]
            else:
                self._open[change.incident_id] = change
            changes.append((change, finding))
        if changes:
            self._save()
        return changes

    def _save(self) -> None:
        known = [Remembered(one, self._seen_s[key]) for key, one in self._open.items()]
        save_memory(self._memory, known)

    def open_ids(self) -> set[str]:
        """The ids of incidents that are not over, as far as this vehicle knows."""
        return set(self._open)

    def end(self, incident_id: str, now_s: float) -> Incident | None:
        """Close the incident of a candidate whose search is over; None where it is not open.

        Its rule does so for what it has raised itself, and knows nothing of what it did before a
        restart. What was seen of somebody is left out of the last word.
        """
        known = self._open.pop(incident_id, None)
        if known is None:
            return None
        self._save()
        case_id = {key: known.details[key] for key in ("case_id",) if key in known.details}
        return replace(
            known,
            phase=IncidentPhase.CLOSED,
            revision=known.revision + 1,
            updated_at_s=now_s,
            details=case_id,
        )

    def match(self, finding: Finding) -> str | None:
        """The id of the open incident that a finding belongs to."""
        known = self._match(finding)
        return known.incident_id if known else None

    def _match(self, finding: Finding) -> Incident | None:
        followed = self._open.get(self._by_key.get(_key(finding), ""))
        if followed is not None:
            return followed
        case_id = finding.details.get("case_id")  # of a person search: one of another is another
        shown = {self._by_key.get(key) for key in self._shown}
        near = [
            (sigmas, number, one)
            for number, one in enumerate(self._open.values())
            if one.kind is finding.kind
            and one.details.get("case_id") == case_id
            and (sigmas := self._sigmas_apart(one, finding, one.incident_id in shown)) is not None
        ]
        return min(near)[2] if near else None

    def _sigmas_apart(self, known: Incident, finding: Finding, is_shown: bool) -> float | None:
        """How far apart by both covariances; None: they are two.

        What a rule shows beside another in the same picture (`is_shown`) it has told apart, so
        doubt of where they are joins no two of those.
        """
        radius_m = self._config.merge_radius_m
        apart = finding.x_m - known.x_m, finding.y_m - known.y_m
        if math.hypot(*apart) > radius_m * (1.0 if is_shown else _FARTHEST_RADII):
            return None
        shared_m = radius_m / _GATE_SIGMAS  # a body has a size, and moves
        sigmas = sigmas_apart(apart, known.covariance_m2, finding.covariance_m2, shared_m)
        return sigmas if sigmas <= _GATE_SIGMAS else None

    def _start(self, finding: Finding, now_s: float) -> Incident:
        incident = Incident(
            self._new_id(),
            finding.kind,
            self._severity(finding, now_s),
            IncidentPhase.OPENED,
            1,
            self._map_id,
            finding.x_m,
            finding.y_m,
            sigma_of(finding.covariance_m2),
            finding.started_at_s,
            now_s,
            now_s,
            finding.confidence,
            finding.rule_version,
            dict(finding.details),
            finding.covariance_m2,
        )
        self._seen_s[incident.incident_id] = now_s
        self._by_key[_key(finding)] = incident.incident_id
        return incident

    def _severity(self, finding: Finding, now_s: float) -> Severity:
        sigma_m = sigma_of(finding.covariance_m2)
        return severity_of(finding.kind, self._view, finding.x_m, finding.y_m, sigma_m, now_s)

    def _revise(self, known: Incident, finding: Finding, now_s: float) -> Incident | None:
        if finding.box_xyxy is not None:
            self._seen_s[known.incident_id] = now_s
        elif not finding.cleared:
            return None  # remembered, not seen: nothing to say
        config = self._config
        moved = math.hypot(known.x_m - finding.x_m, known.y_m - finding.y_m)
        worth = (
            finding.cleared
            or now_s - known.updated_at_s >= config.update_every_s
            or moved >= config.update_move_m
            or finding.confidence - known.confidence >= config.update_confidence
        )
        if not worth:
            return None
        return replace(
            known,
            severity=more_urgent(known.severity, self._severity(finding, now_s)),
            phase=IncidentPhase.CLOSED if finding.cleared else IncidentPhase.UPDATED,
            revision=known.revision + 1,
            x_m=finding.x_m,
            y_m=finding.y_m,
            position_sigma_m=sigma_of(finding.covariance_m2),
            position_covariance_m2=finding.covariance_m2,
            updated_at_s=now_s,
            confidence=max(known.confidence, finding.confidence),
            details=dict(finding.details),
        )

    def _forget(self, now_s: float) -> None:
        old = [
            incident_id
            for incident_id, seen_s in self._seen_s.items()
            if now_s - seen_s > self._config.forget_after_s
        ]
        for incident_id in old:
            del self._seen_s[incident_id]
            self._open.pop(incident_id, None)
        self._by_key = {key: one for key, one in self._by_key.items() if one in self._open}


def _key(finding: Finding) -> _Key:
    return finding.kind, finding.eye, finding.key
