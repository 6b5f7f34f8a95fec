"""What a merge of two maps finds and does, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from patrol.errors import MapError

SHOWN_CONFLICTS = 5


class Prefer(StrEnum):
    """Whose word counts where two maps disagree."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Conflict:
    """The same thing with different content in two maps."""

    layer: str
    id: str
    text: str

    def __str__(self) -> str:
        return f"{self.layer} {self.id}: {self.text}"


class MergeConflictError(MapError):
    """Two maps disagree and nobody said whose word counts; `conflicts` are all of them."""

    def __init__(self, where: str, conflicts: list[Conflict]) -> None:
        shown = "; ".join(str(conflict) for conflict in conflicts[:SHOWN_CONFLICTS])
        more = len(conflicts) - SHOWN_CONFLICTS
        rest = f"; and {more} more" if more > 0 else ""
        super().__init__(f"{where}: the maps disagree: {shown}{rest}; prefer the first or second")
        self.conflicts = conflicts


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What a merge did."""

    joined_nodes: int  # nodes of the second that are nodes of the first
    same_edges: int  # edges, or parts of edges, of the second that the first has
    cut_edges: int  # edges of the first cut where a way of the second leaves
    same_features: int  # other features that both have
    renamed: tuple[tuple[str, str, str], ...]  # (layer, id in the second, id now)
    conflicts: tuple[Conflict, ...]  # resolved as preferred

    def lines(self) -> list[str]:
        """For a person."""
        renamed = [
            f"{layer} {old} of the second map is now {new}" for layer, old, new in self.renamed
        ]
        return [
            f"{self.joined_nodes} nodes joined, {self.same_edges} edges and {self.same_features} "
            f"features were in both, {self.cut_edges} edges cut at new junctions",
            *renamed,
            *(f"settled: {conflict}" for conflict in self.conflicts),
        ]
