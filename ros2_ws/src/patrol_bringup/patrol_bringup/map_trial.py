"""MapTrial: another map for the processes that read one, and back where they do not return.

check (beside the loop) → perception → navigation → the client hears the new navigation → enabled.
The safety process is never stopped: its fence follows the parameters that are written here, and it
holds the wheels while nothing commands.
Only the last step moves the pointer on disk, so whatever is killed before, the old map stays.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import Enum

from fleet_client.map_handover import MapHandover, MapOutcome, Phase, WantedMap
from fleet_client.map_store import MapFolder, Pointer
from patrol.clock import Clock
from patrol.errors import SunraError
from patrol_bringup.child import ESCALATION, Child
from patrol_bringup.map_choice import map_folder
from patrol_bringup.settings import VehicleSettings

_log = logging.getLogger("supervisor")

READERS = ("perception", "navigation")  # in the order in which they are started anew
CONFIRM_WITHIN_S = 60.0
BACK_WITHIN_S = 30.0
LOOK_EVERY_S = 0.5


class Renewal:
    """A child that is ended, and started anew by the supervisor's own care for it."""

    def __init__(self, child: Child, now_s: float) -> None:
        self.child = child
        self._old_pid = child.pid
        self._new_pid: int | None = None
        self._signals = 0
        self._signalled_s = now_s
        self._signal(now_s)

    def _signal(self, now_s: float) -> None:
        self.child.signal_now(ESCALATION[min(self._signals, len(ESCALATION) - 1)])
        self._signals += 1
        self._signalled_s = now_s

    def step(self, now_s: float) -> None:
        """Press a deaf process harder; notice the new one."""
        pid = self.child.pid
        if self._new_pid is None and pid is not None and pid != self._old_pid:
            self._new_pid = pid
        patience_s = self.child.row.stop_within_s
        if pid is not None and pid == self._old_pid and now_s - self._signalled_s >= patience_s:
            self._signal(now_s)

    @property
    def is_up(self) -> bool:
        """Whether the new process runs."""
        return self._new_pid is not None and self.child.pid == self._new_pid

    @property
    def has_died(self) -> bool:
        """Whether the new process has ended, too."""
        return self._new_pid is not None and self.child.pid != self._new_pid


class Stage(Enum):
    """Where a trial is."""

    IDLE = "idle"
    CHECKING = "checking"
    TRYING = "trying"
    GOING_BACK = "going_back"


@dataclass(slots=True)
class _Trial:
    """A map that is wanted: what was found of it, and how far it is."""

    wanted: WantedMap
    check: Future[VehicleSettings]
    left: list[Child]  # processes that still run on the old map
    renewals: list[Renewal] = field(default_factory=list)
    failure: str = ""


class MapTrial:
    """`step` is called often and returns at once; at most one trial at a time."""

    def __init__(
        self,
        settings: VehicleSettings,
        children: Mapping[str, Child],
        clock: Clock,
    ) -> None:
        self.settings = settings  # what the vehicle runs on
        self._readers = [children[name] for name in READERS if name in children]
        self._clock = clock
        self._maps = MapFolder(map_folder(settings.state_dir))
        self._handover = MapHandover(map_folder(settings.state_dir))
        self._worker = ThreadPoolExecutor(1, "map-check")
        self._stage = Stage.IDLE
        self._since_s = float("-inf")
        self._trial: _Trial | None = None
        self._last: MapOutcome | None = None
        self._refusal = ""  # what the disk says of the last outcome
        self._stages: dict[Stage, Callable[[_Trial, float], None]] = {
            Stage.CHECKING: self._begin,
            Stage.TRYING: self._try,
            Stage.GOING_BACK: self._come_back,
        }

    def settle(self) -> None:
        """At the start, before any process: an end for what was under way when all died."""
        wanted, outcome = self._handover.wanted(), self._handover.outcome()
        if wanted is None or (outcome is not None and outcome.phase != "trying"):
            return
        pointer = self._maps.pointer()
        if pointer is not None and pointer.version == wanted.version:
            self._tell(wanted, "enabled")
        else:
            self._tell(wanted, "failed", "the vehicle was started anew in the middle")

    def step(self) -> None:
        """Look for a wish, or go on with the trial."""
        now_s = self._clock.monotonic_s()
        trial = self._trial
        if trial is None:
            self._look(now_s)
            return
        for renewal in trial.renewals:
            renewal.step(now_s)
        self._stages[self._stage](trial, now_s)

    def close(self) -> None:
        """Wait for a check that is under way."""
        self._worker.shutdown()

    # --- the stages ---

    def _look(self, now_s: float) -> None:
        if now_s - self._since_s < LOOK_EVERY_S:
            return
        self._since_s = now_s
        wanted = self._handover.wanted()
        if wanted is None or self._handover.outcome() is not None:
            return
        if self._last is not None and self._last.action_id == wanted.action_id:
            self._keep(self._last)  # the disk had refused it
            return
        check = self._worker.submit(_checked, self.settings, self._maps, wanted.version)
        self._trial = _Trial(wanted, check, list(self._readers))
        self._enter(Stage.CHECKING, now_s)

    def _begin(self, trial: _Trial, now_s: float) -> None:
        if not trial.check.done():
            return
        error = trial.check.exception()
        if isinstance(error, SunraError | OSError):
            self._end(trial, "failed", str(error), now_s)
            return
        try:
            trial.check.result().write_parameters()
        except OSError as refusal:
            self._end(trial, "failed", f"the disk takes no parameters: {refusal}", now_s)
            return
        self._tell(trial.wanted, "trying")
        self._enter(Stage.TRYING, now_s)

    def _try(self, trial: _Trial, now_s: float) -> None:
        for renewal in trial.renewals:
            if renewal.has_died:
                line = renewal.child.last_line
                self._go_back(trial, f"{renewal.child.row.name} does not take it: {line}", now_s)
                return
        if now_s - self._since_s > CONFIRM_WITHIN_S:
            self._go_back(trial, f"navigation is not back within {CONFIRM_WITHIN_S:g} s", now_s)
        elif not all(renewal.is_up for renewal in trial.renewals):
            return
        elif trial.left:
            trial.renewals.append(Renewal(trial.left.pop(0), now_s))
        elif self._handover.wanted() == replace(trial.wanted, confirmed=True):
            self._enable(trial, now_s)

    def _enable(self, trial: _Trial, now_s: float) -> None:
        pointer = self._maps.pointer()
        given = pointer.in_place_of if pointer else trial.wanted.version
        try:
            self._maps.point(Pointer(trial.wanted.version, given))
        except OSError as error:
            self._go_back(trial, f"the disk takes no pointer to it: {error}", now_s)
            return
        self.settings = trial.check.result()
        self._end(trial, "enabled", "", now_s)

    def _go_back(self, trial: _Trial, reason: str, now_s: float) -> None:
        _log.error("map_goes_back version=%s reason=%r", trial.wanted.version, reason)
        trial.failure = reason
        self.settings.write_parameters()
        trial.renewals = [Renewal(renewal.child, now_s) for renewal in trial.renewals]
        self._enter(Stage.GOING_BACK, now_s)

    def _come_back(self, trial: _Trial, now_s: float) -> None:
        is_back = all(renewal.is_up for renewal in trial.renewals)
        if is_back or now_s - self._since_s > BACK_WITHIN_S:
            self._end(trial, "failed", trial.failure, now_s)

    def _end(self, trial: _Trial, phase: Phase, reason: str, now_s: float) -> None:
        self._tell(trial.wanted, phase, reason)
        self._trial = None
        self._enter(Stage.IDLE, now_s)

    def _enter(self, stage: Stage, now_s: float) -> None:
        self._stage, self._since_s = stage, now_s

    def _tell(self, wanted: WantedMap, phase: Phase, reason: str = "") -> None:
        _log.info("map_%s version=%s reason=%r", phase, wanted.version, reason)
        self._last = MapOutcome(wanted.action_id, phase, reason)
        self._keep(self._last)

    def _keep(self, outcome: MapOutcome) -> None:
        """Tell the client; a full disk is asked again, and never the map tried anew for it."""
        try:
            self._handover.tell(outcome)
        except OSError as error:
            if str(error) != self._refusal:
                _log.error("map_outcome_unsaved phase=%s error=%s", outcome.phase, error)
            self._refusal = str(error)
            return
        self._refusal = ""


def _checked(settings: VehicleSettings, maps: MapFolder, version: str) -> VehicleSettings:
    """The settings with the wanted map, read whole once more; raises MapError."""
    patrol_map = maps.load(version)
    if settings.start_dock:
        patrol_map.dock(settings.start_dock)
    return replace(settings, map_file=maps.path(version))
