"""The outdoor-robot rehearsal: what of the Korean certification can be tried in simulation.

Outdoor mobile robots on pavements need the operational safety certificate of the Intelligent
Robots Development and Distribution Promotion Act, art. 40-2 (in force since 17 November 2023).
Its items are listed here in our words; `static` ones are read off the vehicle file, the others
are the scenarios under config/scenarios/rehearsal that name them in `rehearses`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from patrol.vehicle import (
    MAX_MASS_KG,
    MAX_WIDTH_M,
    MAX_WIDTH_NARROW_PAVEMENT_M,
    NARROW_PAVEMENT_M,
    VehicleSpec,
    legal_speed_cap_mps,
)
from simulation.scenarios.outcome import Outcome

NO_CERTIFICATE = (
    "This is a rehearsal in a simulator. It is no certificate, replaces no test by an accredited"
    " body, and says nothing about a vehicle that was not tried on the street."
)
NO_CERTIFICATE_KO = (
    "이 보고서는 시뮬레이션 예행 결과이며 인증서가 아닙니다. 공인 시험기관의 운행안전인증을"
    " 대신하지 않습니다."
)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the certification."""

    id: str
    title_ko: str
    title_en: str
    requirement: str


ITEMS: tuple[Item, ...] = (
    Item("mass_width_speed", "질량·폭·속도 등급", "Mass, width and speed class",
         "at most 500 kg; at most 80 cm wide, 120 cm where the pavement is at least 2.5 m wide;"
         " at most 15, 10 (above 100 kg) or 5 km/h (above 230 kg)"),
    Item("speed_control", "속도 제어", "Speed control",
         "keeps to its speed class and to lower limits, uphill and downhill"),
    Item("operating_zone", "운행 구역 준수", "Operating zone",
         "does not leave the zone it is permitted in, whatever it is ordered to do"),
    Item("slope", "경사로 주행", "Slope",
         "drives up and down at least 5 degrees, stops and holds there"),
    Item("step", "단차 극복", "Step", "crosses a step of 30 mm"),
    Item("obstacle_detection", "장애물 감지", "Obstacle detection",
         "stops before things and people without touching them"),
    Item("obstacle_avoidance", "장애물 회피", "Obstacle avoidance",
         "passes or waits for people who come towards it or cross its way"),
    Item("emergency_stop", "비상정지", "Emergency stop",
         "stands at once, and until a person resets it"),
    Item("remote_stop", "원격 정지", "Remote stop",
         "the control room can stop it at any time; without link it says so"),
    Item("crosswalk", "횡단보도 통행", "Crosswalk",
         "crosses on green, does not stop on the carriageway"),
    Item("monitoring", "관제 모니터링", "Control-station monitoring",
         "the control room sees state, place and faults without a gap"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rehearsal says of one item."""

    item: Item
    passed: bool
    lines: tuple[str, ...]


def findings(spec: VehicleSpec, outcomes: Sequence[Outcome]) -> list[Finding]:
    """One for each item; an item without a scenario has not passed."""
    found = []
    for item in ITEMS:
        if item.id == "mass_width_speed":
            found.append(_static(item, spec))
            continue
        own = [outcome for outcome in outcomes if outcome.rehearses == item.id]
        passed = bool(own) and all(not outcome.failures and outcome.verdicts for outcome in own)
        lines = tuple(_told(outcome) for outcome in own) or ("no scenario",)
        found.append(Finding(item, passed, lines))
    return found


def _static(item: Item, spec: VehicleSpec) -> Finding:
    """Mass, width and speed by the vehicle file (patrol.vehicle cites the law)."""
    cap_mps = legal_speed_cap_mps(spec.mass_kg)
    narrow = spec.width_m <= MAX_WIDTH_NARROW_PAVEMENT_M
    where = (
        "on every pavement"
        if narrow
        else f"only on pavements at least {NARROW_PAVEMENT_M:g} m wide"
    )
    lines = (
        f"mass {spec.mass_kg:g} kg, at most {MAX_MASS_KG:g} kg",
        f"width {spec.width_m:g} m: {where}, at most {MAX_WIDTH_M:g} m",
        f"speed class {cap_mps * 3.6:g} km/h; software and safety gate hold it to"
        f" {spec.speed_cap_mps * 3.6:.1f} km/h, the base can {spec.max_speed_mps * 3.6:.1f} km/h",
    )
    passed = spec.mass_kg <= MAX_MASS_KG and spec.width_m <= MAX_WIDTH_M
    return Finding(item, passed, lines)


def _told(outcome: Outcome) -> str:
    word = "passed" if not outcome.failures and outcome.verdicts else "not passed"
    text = f"{word}: {outcome.title}"
    if outcome.reason:
        text += f" ({outcome.reason})"
    details = "; ".join(f"{v.expectation}: {v.detail}" for v in outcome.verdicts)
    return f"{text}. {details}"
