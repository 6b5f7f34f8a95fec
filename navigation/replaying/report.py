"""A replay for people (a table, times from the recording's start) and for programs (JSON)."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from navigation.replaying import gate, localization, navigation, navigation_compare
from navigation.replaying.compare import Difference
from navigation.replaying.gate import GateReplay
from navigation.replaying.localization import LocalizationReplay
from navigation.replaying.navigation import NavigationReplay
from navigation.replaying.tape import Tape
from patrol.clock import iso_utc
from patrol.errors import LogError
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What was run, what was not and why, and what differs."""

    tape: Tape
    gate: GateReplay | None
    localization: LocalizationReplay | None
    left_out: tuple[str, ...]
    navigation: NavigationReplay | None = None

    @property
    def differences(self) -> list[Difference]:
        """All of them, by time."""
        stages = (self.gate, self.localization, self.navigation)
        found = [d for stage in stages if stage is not None for d in stage.differences]
        return sorted(found, key=lambda difference: (difference.from_s, difference.what))


def replay_tape(tape: Tape, spec: VehicleSpec, town: PatrolMap | None) -> ReplayReport:
    """Run every stage that the tape has the inputs and outputs of; raises LogError for none."""
    left_out = []
    gate_replay = localization_replay = navigation_replay = None
    lacking = gate.missing(tape, spec)
    if lacking:
        left_out.append(f"gate: not replayed: not on record: {', '.join(lacking)}")
    else:
        gate_replay = gate.replay_gate(tape, spec, town)
    lacking = localization.missing(tape)
    if lacking:
        left_out.append(f"localization: not replayed: not on record: {', '.join(lacking)}")
    elif town is None:
        left_out.append("localization: not replayed: no map.geojson beside it: give --map")
    else:
        localization_replay = localization.replay_localization(tape, spec, town)
    lacking = navigation.missing(tape)
    if lacking:
        left_out.append(f"navigation: not replayed: not on record: {', '.join(lacking)}")
    elif town is None:
        left_out.append("navigation: not replayed: no map.geojson beside it: give --map")
    else:
        navigation_replay = navigation.replay_navigation(tape, spec, town)
    if gate_replay is None and localization_replay is None and navigation_replay is None:
        raise LogError(f"{tape.path}: nothing can be replayed: {'; '.join(left_out)}")
    return ReplayReport(tape, gate_replay, localization_replay, tuple(left_out), navigation_replay)


def lines(report: ReplayReport) -> list[str]:
    """The report as text."""
    start_s = report.tape.start_s
    said = [
        f"recording: {report.tape.end_s - start_s:.1f} s from {iso_utc(start_s)},"
        f" {len(report.tape.heard)} messages of the stages"
    ]
    if report.gate is not None:
        said += _gate_lines(report.gate, start_s)
    if report.localization is not None:
        said += _localization_lines(report.localization)
    if report.navigation is not None:
        said += _navigation_lines(report.navigation)
    said += report.left_out
    differences = report.differences
    if not differences:
        return [*said, "nothing differs"]
    head = f"{'stage':<13} {'from s':>9} {'to s':>9}  {'what':<34} recorded → replayed"
    count = "1 difference:" if len(differences) == 1 else f"{len(differences)} differences:"
    first = f"first, in {differences[0].stage}: {differences[0].what}"
    first += f" {differences[0].recorded} → {differences[0].replayed}"
    first += f" at {differences[0].from_s - start_s:.2f} s"
    return [*said, first, count, head, *(_row(difference, start_s) for difference in differences)]


def _gate_lines(replay: GateReplay, start_s: float) -> list[str]:
    places = [f"  stop at {s.stamp_s - start_s:.2f} s: {s.place}" for s in replay.stops]
    return [
        f"gate: {replay.steps} commands, largest difference {replay.speed_mps:.3f} m/s"
        f" (bound {gate.SPEED_BOUND_MPS:g}), {replay.yaw_rate_radps:.3f} rad/s"
        f" (bound {gate.YAW_RATE_BOUND_RADPS:g}); recorded stops: {len(replay.stops)}",
        *places,
    ]


def _localization_lines(replay: LocalizationReplay) -> list[str]:
    bound_deg = math.degrees(localization.HEADING_BOUND_RAD)
    return [
        f"localization: {replay.poses} poses, largest difference {replay.position_m:.3f} m"
        f" (bound {localization.POSITION_BOUND_M:g}), {math.degrees(replay.heading_rad):.2f}°"
        f" (bound {bound_deg:g})",
        *(f"localization: {note}" for note in replay.notes),
    ]


def _navigation_lines(replay: NavigationReplay) -> list[str]:
    return [
        f"navigation: {replay.steps} commands, largest difference {replay.speed_mps:.3f} m/s"
        f" (bound {navigation_compare.SPEED_BOUND_MPS:g}), {replay.curvature_1pm:.3f} 1/m"
        f" (bound {navigation_compare.CURVATURE_BOUND_1PM:g})",
        *(f"navigation: {note}" for note in replay.notes),
    ]


def _row(difference: Difference, start_s: float) -> str:
    size = "" if difference.size is None else f"  ({difference.size:.3f} {difference.unit})"
    return (
        f"{difference.stage:<13} {difference.from_s - start_s:>9.2f}"
        f" {difference.to_s - start_s:>9.2f}  {difference.what:<34}"
        f" {difference.recorded} → {difference.replayed}{size}"
    )


def document(report: ReplayReport) -> dict[str, Any]:
    """The report as JSON values; `*_s` of differences are on the vehicle's clock."""
    gate_part = loc_part = navigation_part = None
    if report.gate is not None:
        gate_part = {
            "commands": report.gate.steps,
            "speed_mps": _number(report.gate.speed_mps),
            "yaw_rate_radps": _number(report.gate.yaw_rate_radps),
            "stops": [dataclasses.asdict(stop) for stop in report.gate.stops],
        }
    if report.localization is not None:
        loc_part = {
            "poses": report.localization.poses,
            "position_m": _number(report.localization.position_m),
            "heading_rad": _number(report.localization.heading_rad),
            "notes": list(report.localization.notes),
        }
    if report.navigation is not None:
        navigation_part = {
            "commands": report.navigation.steps,
            "speed_mps": _number(report.navigation.speed_mps),
            "curvature_1pm": _number(report.navigation.curvature_1pm),
            "notes": list(report.navigation.notes),
        }
    return {
        "recording": str(report.tape.path),
        "start_s": report.tape.start_s,
        "end_s": report.tape.end_s,
        "gate": gate_part,
        "localization": loc_part,
        "navigation": navigation_part,
        "left_out": list(report.left_out),
        "differences": [
            {**dataclasses.asdict(d), "size": _number(d.size)} for d in report.differences
        ],
        "same": not report.differences,
    }


def _number(value: float | None) -> float | None:
    """JSON knows no infinity."""
    return value if value is not None and math.isfinite(value) else None
