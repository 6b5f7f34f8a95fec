"""A fault matrix: ONE table of injected faults times driving states, unfolded into scenarios.

A file with `rows` is a matrix. Every row names an injection (simulation.scenarios.injections);
what the vehicle must do follows from the fault that the injection expects and its response in
patrol.faults. Each state says where the vehicle starts, where it drives, and when the fault comes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from patrol.config import build
from patrol.faults import FAULTS, FaultKind, Response
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from simulation.conditions import FAIR
from simulation.scenarios.events import Event, Fault, Operate, OperatorAction
from simulation.scenarios.expect_driving import DrivesOn, NoContact
from simulation.scenarios.expect_faults import FaultOpens, Responds
from simulation.scenarios.file import Perception, VehicleEntry
from simulation.scenarios.injections import INJECTIONS, Layer
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.triggers import When
from simulation.scenarios.verdicts import Expectation
from simulation.world import ScenarioError

RESET_AFTER_S = 3.0  # from the end of what latched the gate
BEFORE_S = 20.0  # at most until a state is reached


@dataclass(frozen=True, slots=True)
class MatrixState:
    """Where a vehicle drives so that it comes into a state; the fault begins when it does."""

    vehicle: VehicleEntry
    at_s: float | None = None
    when: When | None = None
    lasts_s: float = BEFORE_S  # until the state is reached, at most


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One injection in some states (none named: in all)."""

    inject: str
    for_s: float
    states: tuple[str, ...] = ()
    size: float | None = None
    expects: FaultKind | None = None  # instead of the injection's own
    unnoticed: bool = False  # here nothing is due, whatever the injection's own row says
    opens_within_s: float = 1.5
    closes_within_s: float | None = 3.0
    recovers_within_s: float | None = 15.0  # drives again after the end; none: it need not
    expected_failure: str = ""
    fails_in: dict[str, str] = field(default_factory=dict)  # state → why, for some only

    def __post_init__(self) -> None:
        if self.inject not in INJECTIONS:
            raise ValueError(
                f"inject: {self.inject!r} is no fault; known: {', '.join(INJECTIONS)}"
            )

    @property
    def fault(self) -> FaultKind | None:
        """What the vehicle must open."""
        return None if self.unnoticed else self.expects or INJECTIONS[self.inject].expects


@dataclass(frozen=True, slots=True)
class MatrixFile:
    """The keys of a matrix file."""

    title: str
    map: Path
    states: dict[str, MatrixState]
    rows: tuple[MatrixRow, ...]
    vehicle: Path = Path("../../vehicles/goalie.yaml")
    seed: int = 0


def load_matrix(data: Any, path: Path, scenario_id: str) -> list[Scenario]:
    """Every case of a matrix file; raises ConfigError, MapError, ScenarioError."""
    file = build(MatrixFile, data, str(path))
    map_path = (path.parent / file.map).resolve()
    blank = Scenario(
        id=scenario_id,
        path=path,
        title=file.title,
        patrol_map=load_map(map_path),
        map_path=map_path,
        vehicle=next(iter(file.states.values())).vehicle,
        spec=load_vehicle((path.parent / file.vehicle).resolve()),
        conditions=FAIR,
        seed=file.seed,
        duration_s=1.0,
        parked_cars=0,
    )
    cases = []
    for number, row in enumerate(file.rows):
        for name in row.states or file.states:
            if name not in file.states:
                known = ", ".join(file.states)
                line = data["rows"][number].line
                raise ScenarioError(f"{path}:{line}: rows: no state {name!r}; known: {known}")
            cases.append(_case(blank, row, name, file.states[name]))
    return cases


def _case(blank: Scenario, row: MatrixRow, name: str, state: MatrixState) -> Scenario:
    fault = Fault(row.inject, at_s=state.at_s, when=state.when, for_s=row.for_s, size=row.size)
    latches = row.fault is not None and FAULTS[row.fault].response is Response.STOP_AND_LATCH
    response = FAULTS[row.fault].response.name if row.fault else "no response"
    after_s = RESET_AFTER_S + (row.recovers_within_s or 0.0)
    return replace(
        blank,
        id=f"{blank.id}/{row.inject}-{name}",
        title=f"{row.inject} while {name}: {response}",
        vehicle=_equipped(state.vehicle, row),
        duration_s=state.lasts_s + row.for_s + after_s + 2.0,
        events=_reset(row.inject, row.for_s) if latches else (),
        faults=(fault,),
        expectations=_expected(row, latches),
        expected_failure=row.expected_failure or row.fails_in.get(name, ""),
        ends_when_settled=True,
    )


def _equipped(vehicle: VehicleEntry, row: MatrixRow) -> VehicleEntry:
    """With pictures where the fault is about them."""
    injection = INJECTIONS[row.inject]
    wants = injection.target == "camera" or injection.effect == "poseless"
    return replace(vehicle, perception=Perception.STAND_IN) if wants else vehicle


def _reset(name: str, for_s: float) -> tuple[Event, ...]:
    when = When(after=name, after_s=for_s + RESET_AFTER_S)
    return (Operate(action=OperatorAction.RESET, when=when),)


def _expected(row: MatrixRow, latches: bool) -> tuple[Expectation, ...]:
    """What the fault table demands of this case."""
    name, reset = row.inject, "reset" if latches else ""
    expected: list[Expectation] = []
    if row.fault is not None:
        closes = None if latches else row.closes_within_s
        expected.append(FaultOpens(row.fault, name, row.opens_within_s, closes))
    expected.append(Responds(name, row.fault, reset))
    if INJECTIONS[row.inject].layer is not Layer.BODY:
        expected.append(NoContact())
    if row.recovers_within_s is not None:
        after = reset or name
        expected.append(DrivesOn(after, row.recovers_within_s, from_end=not latches))
    return tuple(expected)
