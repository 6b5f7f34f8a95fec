"""The loaded ways as a network: cut, fitted between walls and to the vehicle, contracted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from navigation.planning.importing.contraction import contract
from navigation.planning.importing.fitting import Tally, fit_segments
from navigation.planning.importing.loading import Loaded
from navigation.planning.importing.parts import Part, describe, length_of, split_parts
from navigation.planning.importing.segments import Segment, make_segments
from navigation.planning.importing.source import Progress
from patrol.errors import OsmError
from patrol.map import Building, Crosswalk
from patrol.vehicle import VehicleSpec


@dataclass(frozen=True, slots=True)
class Network:
    """What a map's edges are made of; `kept` are the parts, longest first, contracted."""

    kept: list[list[Segment]]
    lengths_m: list[float]  # of all parts, longest first
    lost: Part | None  # the largest part that is not kept
    crosswalks: dict[str, Crosswalk]  # without their edges
    unfit: Tally
    barriers: int
    points_before: int  # points of the kept parts before contraction


def build_network(
    loaded: Loaded,
    buildings: Sequence[Building],
    spec: VehicleSpec | None,
    keep_all_parts: bool,
    progress: Progress,
) -> Network:
    """The usable network; raises OsmError when nothing is left of it."""
    points, path = loaded.points, loaded.source.path
    progress("cutting ways", 0.0)
    made = make_segments(loaded.used, loaded.source, points)
    progress("fitting between walls", 0.3)
    fitted, unfit = fit_segments(made.segments, points, buildings, spec)
    progress("connecting", 0.6)
    parts = split_parts(fitted, points)
    if not parts:
        raise OsmError(f"{path}: no way is left that the vehicle can use")
    progress("contracting", 0.7)
    wanted = parts if keep_all_parts else parts[:1]
    kept = [part for part in (contract(part, points) for part in wanted) if part]
    if not kept:
        raise OsmError(f"{path}: all its ways together are shorter than an edge can be")
    return Network(
        kept=kept,
        lengths_m=[length_of(part, points) for part in parts],
        lost=describe(parts[len(kept)], parts[0], points) if len(kept) < len(parts) else None,
        crosswalks=made.crosswalks,
        unfit=unfit,
        barriers=made.barriers,
        points_before=len({ref for part in wanted for s in part for ref in (s.start, s.end)}),
    )
