"""Which edges a vehicle cannot or must not use, and why.

Law: Act on the Development and Distribution of Intelligent Robots, see `patrol.vehicle`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from patrol.map import Edge, PatrolMap, WayClass
from patrol.map_shapes import ways_length_m
from patrol.vehicle import MAX_WIDTH_NARROW_PAVEMENT_M, NARROW_PAVEMENT_M, VehicleSpec

SIDE_MARGIN_M = 0.3  # on each side of a vehicle: cross-track error 0.20 m and a wall's mirror


def standing_width_m(standing_m: float, passing_m: float) -> float:
    """How wide a way has to be for a vehicle to get by beside one that stands in its middle."""
    return standing_m + 2 * (passing_m + 2 * SIDE_MARGIN_M)


class Hindrance(StrEnum):
    """Why an edge is closed to a vehicle; the order is the order of telling."""

    STEPS = "steps"
    WIDTH = "too narrow"
    LAW = "closed by law"
    KERB = "kerb too high"
    SLOPE = "too steep"


@dataclass(frozen=True, slots=True)
class Unfit:
    """One hindrance on one edge; `measured` in metres, for a slope rise over run."""

    hindrance: Hindrance
    measured: float


@dataclass(frozen=True, slots=True)
class ClosedWays:
    """The edges of one street that one hindrance closes; `length_m` counts each way once."""

    hindrance: Hindrance
    street: str
    edge_ids: tuple[int, ...]
    length_m: float
    text: str


def hindrances(edge: Edge, spec: VehicleSpec) -> list[Unfit]:
    """Everything that keeps a vehicle off an edge, in the order of `Hindrance`."""
    found = []
    if edge.steps or edge.way_class is WayClass.STEPS:
        found.append(Unfit(Hindrance.STEPS, edge.kerb_m))
    if edge.width_m < spec.width_m + 2 * SIDE_MARGIN_M:
        found.append(Unfit(Hindrance.WIDTH, edge.width_m))
    if (
        edge.way_class is WayClass.PAVEMENT
        and edge.width_m < NARROW_PAVEMENT_M
        and spec.width_m > MAX_WIDTH_NARROW_PAVEMENT_M
    ):
        found.append(Unfit(Hindrance.LAW, edge.width_m))
    if edge.kerb_m > spec.max_kerb_m:
        found.append(Unfit(Hindrance.KERB, edge.kerb_m))
    if abs(edge.grade) > spec.max_grade:
        found.append(Unfit(Hindrance.SLOPE, abs(edge.grade)))
    return found


def unfit_reason(edge: Edge, spec: VehicleSpec) -> str | None:
    """Why a vehicle cannot or must not use an edge, or None."""
    found = hindrances(edge, spec)
    return _text(found[0].hindrance, [found[0].measured], spec) if found else None


def closed_ways(patrol_map: PatrolMap, spec: VehicleSpec) -> list[ClosedWays]:
    """What a vehicle cannot use, by hindrance and street; an edge stands under each of its own."""
    groups: dict[tuple[Hindrance, str], list[tuple[Edge, float]]] = defaultdict(list)
    for edge in patrol_map.edges.values():
        for unfit in hindrances(edge, spec):
            groups[unfit.hindrance, edge.name].append((edge, unfit.measured))
    order = list(Hindrance)
    return [
        ClosedWays(
            hindrance,
            street,
            tuple(edge.id for edge, _ in groups[hindrance, street]),
            ways_length_m(edge for edge, _ in groups[hindrance, street]),
            _text(hindrance, [measured for _, measured in groups[hindrance, street]], spec),
        )
        for hindrance, street in sorted(groups, key=lambda key: (order.index(key[0]), key[1]))
    ]


def closed_length_m(patrol_map: PatrolMap, spec: VehicleSpec) -> float:
    """Metres of way that a vehicle cannot use, in one direction at least."""
    return ways_length_m(e for e in patrol_map.edges.values() if hindrances(e, spec))


def closed_by_hindrance(patrol_map: PatrolMap, spec: VehicleSpec) -> dict[Hindrance, float]:
    """Metres of way closed by each hindrance; a way stands under each of its own."""
    edges: dict[Hindrance, list[Edge]] = {hindrance: [] for hindrance in Hindrance}
    for edge in patrol_map.edges.values():
        for unfit in hindrances(edge, spec):
            edges[unfit.hindrance].append(edge)
    return {hindrance: ways_length_m(closed) for hindrance, closed in edges.items() if closed}


def _text(hindrance: Hindrance, measured: list[float], spec: VehicleSpec) -> str:
    """One reason for one edge or for several: "1.2 to 1.4 m wide, goalie needs 1.50 m"."""
    low, high = min(measured), max(measured)
    metres = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    slopes = f"{high:.1%}" if low == high else f"{low:.1%} to {high:.1%}"
    texts = {
        Hindrance.STEPS: f"steps, {spec.name} has wheels",
        Hindrance.WIDTH: (
            f"{metres} m wide, {spec.name} needs {spec.width_m + 2 * SIDE_MARGIN_M:.2f} m"
        ),
        Hindrance.LAW: (
            f"a pavement under {NARROW_PAVEMENT_M:g} m is closed by law to vehicles wider than "
            f"{MAX_WIDTH_NARROW_PAVEMENT_M:g} m"
        ),
        Hindrance.KERB: f"kerb of {metres} m, {spec.name} climbs {spec.max_kerb_m:g} m",
        Hindrance.SLOPE: f"slope {slopes}, {spec.name} climbs {spec.max_grade:.1%}",
    }
    return texts[hindrance]
