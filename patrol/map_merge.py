"""Two neighbouring or overlapping maps as one.

The first map's ids, origin and map id are kept; what both have is taken once; where they disagree
about the same thing, the caller chooses or gets every conflict by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from shapely import STRtree
from shapely.geometry import Polygon

from patrol.errors import MapError
from patrol.map import Crosswalk, Edge, PatrolMap
from patrol.map_diff import Change, field_changes
from patrol.map_fields import COLLECTIONS, LAYER, Layer
from patrol.map_frames import in_frame
from patrol.map_geojson import content_hash
from patrol.map_merge_graph import JoinedGraph, join_graphs
from patrol.map_merge_report import Conflict, MergeConflictError, MergeReport, Prefer
from patrol.map_rules import check_map

TOLERANCE_M = 0.5  # how far the same place may lie apart in two maps
SAME_PLACE_M = 20.0  # two features of one id further apart than this are two things
_PLACED = ("zone", "checkpoint", "dock", "building", "area", "poi")


def merge_maps(
    first: PatrolMap,
    second: PatrolMap,
    prefer: Prefer | None = None,
    tolerance_m: float = TOLERANCE_M,
) -> tuple[PatrolMap, MergeReport]:
    """Both maps in the first one's frame, and what was done.

    Raises MergeConflictError if they disagree and `prefer` is None, MapError if they cannot be
    one map (too far apart, a broken rule). Nodes and edges of the first keep their ids;
    those of the second keep theirs where they are free.
    """
    if not 0 < tolerance_m <= SAME_PLACE_M:
        raise MapError(f"tolerance_m: {tolerance_m:g} is outside (0, {SAME_PLACE_M:g}]")
    moved = in_frame(second, first.origin)
    needed = {c.node_id for c in moved.checkpoints} | {d.node_id for d in moved.docks}
    merge = _Merge(
        first, moved, prefer, tolerance_m, join_graphs(first, moved, tolerance_m, needed)
    )
    return merge.run()


class _Merge:
    """One merge; conflicts and counts gather while it runs."""

    def __init__(
        self,
        first: PatrolMap,
        second: PatrolMap,
        prefer: Prefer | None,
        tolerance_m: float,
        joined: JoinedGraph,
    ) -> None:
        self.first, self.second = first, second
        self.prefer, self.tolerance_m = prefer, tolerance_m
        self.joined = joined
        self.conflicts: list[Conflict] = []
        self.renamed: list[tuple[str, str, str]] = []
        self.same_features = 0

    def run(self) -> tuple[PatrolMap, MergeReport]:
        """Settles everything, then checks the whole."""
        where = f"{self.first.map_id} + {self.second.map_id}"
        edges = self._edges()
        edges, crosswalks = self._crosswalks(edges)
        layers: dict[str, Any] = {
            COLLECTIONS[name]: self._features(LAYER[name]) for name in _PLACED
        }
        header = self._header()
        if self.conflicts and self.prefer is None:
            raise MergeConflictError(where, self.conflicts)
        merged = replace(
            self.first, nodes=self.joined.nodes, edges=edges, crosswalks=crosswalks,
            **layers, **header,
        )  # fmt: skip
        check_map(merged, where)
        report = MergeReport(
            self.joined.joined_nodes, self.joined.same_edges, self.joined.cut_edges,
            self.same_features, tuple(self.renamed), tuple(self.conflicts),
        )  # fmt: skip
        return replace(merged, content_hash=content_hash(merged)), report

    def _conflict(self, layer: str, feature_id: object, changes: Iterable[str]) -> bool:
        """Notes a conflict; True where the second map's word counts."""
        self.conflicts.append(Conflict(layer, str(feature_id), ", ".join(changes)))
        return self.prefer is Prefer.SECOND

    def _edges(self) -> dict[int, Edge]:
        """Edges that both maps have, with the word of the map that counts."""
        edges = dict(self.joined.edges)
        for edge_id, theirs in self.joined.twins:
            ours = edges[edge_id]
            alike = replace(
                theirs, id=edge_id, start_id=ours.start_id, end_id=ours.end_id,
                length_m=ours.length_m, crosswalk_id=ours.crosswalk_id,
            )  # fmt: skip
            changes = self._differences(LAYER["edge"], ours, alike)
            if changes and self._conflict("edge", edge_id, changes):
                edges[edge_id] = alike
        return edges

    def _crosswalks(self, edges: dict[int, Edge]) -> tuple[dict[int, Edge], tuple[Crosswalk, ...]]:
        """Second's crosswalks: those of the first by their edges, the others under a free id."""
        known = {crosswalk.id: crosswalk for crosswalk in self.first.crosswalks}
        for theirs in self.second.crosswalks:
            here = [i for old in theirs.edge_ids for i in self.joined.edge_ids.get(old, ())]
            firsts = [self.first.edges[i].crosswalk_id for i in here if i in self.first.edges]
            ours = next((crosswalk_id for crosswalk_id in firsts if crosswalk_id), None)
            if ours is not None:
                self._same_crosswalk(known, ours, theirs)
            elif here:
                ours = self._free_id("crosswalk", theirs.id, known)
                known[ours] = replace(theirs, id=ours)
            for edge_id in here:
                edges[edge_id] = replace(edges[edge_id], crosswalk_id=ours)
        members: dict[str, list[int]] = {crosswalk_id: [] for crosswalk_id in known}
        for edge in edges.values():
            if edge.crosswalk_id is not None:
                members[edge.crosswalk_id].append(edge.id)
        return edges, tuple(
            replace(c, edge_ids=tuple(members[c.id])) for c in known.values() if members[c.id]
        )

    def _same_crosswalk(self, known: dict[str, Crosswalk], ours: str, theirs: Crosswalk) -> None:
        alike = replace(theirs, id=ours, edge_ids=known[ours].edge_ids)
        changes = self._differences(LAYER["crosswalk"], known[ours], alike)
        self.same_features += not changes
        if changes and self._conflict("crosswalk", ours, changes):
            known[ours] = alike

    def _features(self, layer: Layer) -> tuple[Any, ...]:
        """A layer of both maps."""
        known = {value.id: value for value in getattr(self.first, COLLECTIONS[layer.name])}
        twin_of = self._twin_finder(layer, list(known.values()))
        for theirs in getattr(self.second, COLLECTIONS[layer.name]):
            if hasattr(theirs, "node_id"):
                theirs = replace(theirs, node_id=self.joined.node_ids[theirs.node_id])
            ours = known.get(theirs.id)
            if ours is None or not self._same_thing(layer, ours, theirs):
                if twin_of(theirs):
                    self.same_features += 1
                    continue
                free = self._free_id(layer.name, theirs.id, known)
                known[free] = replace(theirs, id=free)
                continue
            changes = self._differences(layer, ours, theirs)
            self.same_features += not changes
            if changes and self._conflict(layer.name, ours.id, changes):
                known[ours.id] = theirs
        return tuple(known.values())

    def _twin_finder(self, layer: Layer, ours: list[Any]) -> Callable[[Any], bool]:
        """Whether the first map has the same feature under another id."""
        if layer.geometry != "Polygon":
            return lambda theirs: any(not self._differences(layer, o, theirs) for o in ours)
        tree = STRtree([Polygon(o.polygon_map) for o in ours])

        def find(theirs: Any) -> bool:
            near = tree.query(Polygon(theirs.polygon_map))
            return any(not self._differences(layer, ours[i], theirs) for i in near)

        return find

    def _differences(self, layer: Layer, ours: Any, theirs: Any) -> list[str]:
        """What differs beyond the tolerance of places and the rounding of another frame."""
        changes = field_changes(layer, ours, theirs)
        return [change.text for change in changes if not self._negligible(change)]

    def _negligible(self, change: Change) -> bool:
        old, new = change.before, change.after
        if change.field == "position":
            return math.dist(old, new) <= self.tolerance_m
        if change.field == "outline":
            return Polygon(old).hausdorff_distance(Polygon(new)) <= self.tolerance_m
        both_floats = isinstance(old, float) and isinstance(new, float)
        return both_floats and math.isclose(old, new, rel_tol=0.01, abs_tol=0.005)

    def _same_thing(self, layer: Layer, ours: Any, theirs: Any) -> bool:
        """Whether two features of one id are versions of one thing, or two things by accident."""
        if layer.geometry == "Polygon":
            return bool(Polygon(ours.polygon_map).intersects(Polygon(theirs.polygon_map)))
        places = [
            self.joined.nodes[value.node_id] if hasattr(value, "node_id") else value
            for value in (ours, theirs)
        ]
        a, b = places
        return math.hypot(a.x_m - b.x_m, a.y_m - b.y_m) <= SAME_PLACE_M

    def _free_id(self, layer: str, wanted: str, known: Mapping[str, object]) -> str:
        """The id itself, else with the second map's id, else with a number too."""
        given, number = wanted, 1
        while given in known:
            tail = f"-{number}" if number > 1 else ""
            given, number = f"{wanted}-{self.second.map_id}{tail}", number + 1
        if given != wanted:
            self.renamed.append((layer, wanted, given))
        return given

    def _header(self) -> dict[str, Any]:
        """Both licences hold; one time zone must."""
        licences = dict.fromkeys(m.licence for m in (self.first, self.second) if m.licence)
        header = {"licence": "; ".join(licences)}
        zones = (self.first.time_zone, self.second.time_zone)
        if zones[0] != zones[1]:
            text = f"time zone '{zones[0]}' → '{zones[1]}'"
            header["time_zone"] = zones[self._conflict("map", self.first.map_id, [text])]
        return header
