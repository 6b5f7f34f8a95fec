"""What an import took and what it left out, for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from navigation.planning.importing.fitting import Tally
from navigation.planning.importing.parts import Part

SHOWN_REASONS = 8
SHOWN_PARTS = 5


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Counts and lengths; a way counts once, whatever its directions."""

    ways: int
    ways_left_out: Tally  # by tag, before anything is measured
    incomplete_ways: int
    barriers: int
    assumed_pavement_m: float
    unfit: Tally  # straight pieces between walls, or not fit for the vehicle
    vehicle: str | None
    clipped_to: str
    part_lengths_m: Sequence[float]  # longest first
    parts_kept: int
    lost: Part | None  # the largest part that was not kept
    points: int
    nodes: int
    edges: int
    length_m: float
    crosswalks: int
    signalled: int
    kerbs: int
    buildings: int
    areas: int
    pois: int
    shapes_left_out: int

    @property
    def length_km(self) -> float:
        """Of the map's ways."""
        return self.length_m / 1000

    @property
    def lost_km(self) -> float:
        """Of parts that are joined to nothing kept."""
        return sum(self.part_lengths_m[self.parts_kept :]) / 1000

    @property
    def steps_left_out(self) -> int:
        """Flights of steps."""
        return self.ways_left_out.counts.get("steps", 0)

    def lines(self) -> list[str]:
        """For a person."""
        return [
            *self._way_lines(),
            *self._fit_lines(),
            *self._part_lines(),
            f"graph: {self.nodes} nodes, {self.edges} edges, {self.length_km:.1f} km of ways; "
            f"{self.points} points before contraction",
            f"{self.crosswalks} crosswalks ({self.signalled} signalled), {self.kerbs} kerbs, "
            f"{self.buildings} buildings, {self.areas} areas, {self.pois} points of interest; "
            f"{self.shapes_left_out} shapes left out",
        ]

    def _way_lines(self) -> list[str]:
        lines = [f"clipped to {self.clipped_to}"] if self.clipped_to else []
        used = f"ways: {self.ways} used; {self.incomplete_ways} of them reach beyond the file"
        if self.barriers:
            used += f"; {self.barriers} parted at barriers that no wheels pass"
        lines.append(used)
        if self.ways_left_out.counts:
            lines.append(f"ways left out: {_reasons(self.ways_left_out)}")
        if self.assumed_pavement_m:
            lines.append(
                f"{self.assumed_pavement_m / 1000:.1f} km of busy streets taken as having a "
                "pavement, which the file does not say"
            )
        return lines

    def _fit_lines(self) -> list[str]:
        if not self.unfit.counts:
            return []
        of = f"not passable for {self.vehicle}" if self.vehicle else "not passable"
        return [f"{of}, left out: {_reasons(self.unfit)}"]

    def _part_lines(self) -> list[str]:
        count = len(self.part_lengths_m)
        if count == 1:
            return ["connected parts: 1, everything is joined"]
        shown = ", ".join(f"{m / 1000:.2f}" for m in self.part_lengths_m[:SHOWN_PARTS])
        more = ", …" if count > SHOWN_PARTS else ""
        line = f"connected parts: {count} ({shown}{more} km)"
        if self.lost is None:
            return [f"{line}, all kept"]
        x_m, y_m = self.lost.middle_map
        where = f"{self.lost.street}, " if self.lost.street else ""
        return [
            f"{line}; largest connected part kept, {count - self.parts_kept} others with "
            f"{self.lost_km:.2f} km left out",
            f"largest lost part: {self.lost.length_m:.0f} m, {where}at x {x_m:.0f} y {y_m:.0f} m",
        ]


def _reasons(tally: Tally) -> str:
    order = sorted(tally.lengths_m, key=lambda reason: (-tally.lengths_m[reason], reason))
    shown = [
        f"{reason} {tally.counts[reason]} ({tally.lengths_m[reason] / 1000:.2f} km)"
        for reason in order[:SHOWN_REASONS]
    ]
    rest = order[SHOWN_REASONS:]
    if rest:
        length_km = sum(tally.lengths_m[reason] for reason in rest) / 1000
        shown.append(f"{len(rest)} other reasons ({length_km:.2f} km)")
    return ", ".join(shown)
