"""What makes a map impossible: one MapError line for the first broken rule."""

from __future__ import annotations

import math
from collections.abc import Iterable

from shapely.geometry import Polygon
from shapely.validation import explain_validity

from patrol.errors import MapError
from patrol.map import Edge, PatrolMap, ZoneKind
from patrol.vda5050.node_actions import ANNOUNCE, spoken
from patrol.windows import check_time_zone

MAX_EXTENT_M = 50_000.0  # ENU metres are exact to centimetres only near the origin
MIN_RING_AREA_M2 = 1.0
LENGTH_TOLERANCE_M = 0.05
LENGTH_TOLERANCE = 0.02  # share of the length; a 10 % slope makes 0.5 %
MIN_EXTENT_M = 1.0  # no neighbourhood is smaller; one in degrees is (0.01 degrees is 1 km)

_NEEDED = {
    ZoneKind.SPEED_LIMIT: "speed_limit_mps",
    ZoneKind.INCIDENT_SENSITIVITY: "sensitivity",
}


def check_map(patrol_map: PatrolMap, where: str) -> None:
    """Raises MapError "where: place: what" unless every rule of the format holds."""
    for rule in (
        _not_empty,
        _metres,
        _edges,
        _places,
        _announcements,
        _crosswalks,
        _rings,
        _zone_kinds,
        _pois,
        _time_zone,
    ):
        rule(patrol_map, where)


def _not_empty(patrol_map: PatrolMap, where: str) -> None:
    if not patrol_map.nodes:
        raise MapError(f"{where}: the map is empty: it has no nodes")
    if not patrol_map.edges:
        raise MapError(f"{where}: the map is empty: it has no edges")


def _metres(patrol_map: PatrolMap, where: str) -> None:
    """Local metres, not degrees: degrees are tiny in extent or lie at the origin's own degrees."""
    nodes = list(patrol_map.nodes.values())
    for node in nodes:
        if not all(math.isfinite(value) for value in (node.x_m, node.y_m, node.z_m)):
            raise MapError(f"{where}: node {node.id}: its position is not a number")
    xs, ys = [n.x_m for n in nodes], [n.y_m for n in nodes]
    in_degrees = all(abs(x) <= 180 for x in xs) and all(abs(y) <= 180 for y in ys)
    tiny = max(max(xs) - min(xs), max(ys) - min(ys)) < MIN_EXTENT_M
    longitude, latitude = patrol_map.origin.longitude_deg, patrol_map.origin.latitude_deg
    at_origin = any(
        all(abs(x - a) < 1 and abs(y - b) < 1 for x, y in zip(xs, ys, strict=True))
        for a, b in ((longitude, latitude), (latitude, longitude))
    )
    if in_degrees and (tiny or at_origin):
        raise MapError(
            f"{where}: node {nodes[0].id}: ({xs[0]:g}, {ys[0]:g}) looks like longitude and "
            "latitude; positions must be local east and north metres around sunra.origin"
        )
    for node in nodes:
        if max(abs(node.x_m), abs(node.y_m)) > MAX_EXTENT_M:
            raise MapError(
                f"{where}: node {node.id}: ({node.x_m:g}, {node.y_m:g}) is more than "
                f"{MAX_EXTENT_M / 1000:g} km from sunra.origin; positions must be local metres"
            )


def _edges(patrol_map: PatrolMap, where: str) -> None:
    seen: dict[tuple[int, int], int] = {}
    for edge in patrol_map.edges.values():
        at = f"{where}: edge {edge.id}"
        for key, node_id in (("startid", edge.start_id), ("endid", edge.end_id)):
            if node_id not in patrol_map.nodes:
                raise MapError(f"{at}: {key} {node_id} is no node of this map")
        if edge.start_id == edge.end_id:
            raise MapError(f"{at}: starts and ends at node {edge.start_id}")
        pair = (edge.start_id, edge.end_id)
        if pair in seen:
            raise MapError(
                f"{at}: runs from node {pair[0]} to node {pair[1]} as edge {seen[pair]} does"
            )
        seen[pair] = edge.id
        _length(patrol_map, edge, at)


def _length(patrol_map: PatrolMap, edge: Edge, at: str) -> None:
    start, end = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    distance_m = math.hypot(end.x_m - start.x_m, end.y_m - start.y_m)
    if distance_m < LENGTH_TOLERANCE_M:
        raise MapError(f"{at}: nodes {start.id} and {end.id} stand at the same place")
    tolerance_m = max(LENGTH_TOLERANCE_M, LENGTH_TOLERANCE * distance_m)
    if not abs(edge.length_m - distance_m) <= tolerance_m:
        raise MapError(
            f"{at}: length_m {edge.length_m:g} disagrees with its nodes, {distance_m:.2f} m apart"
        )


def _places(patrol_map: PatrolMap, where: str) -> None:
    for kind, places in (("checkpoint", patrol_map.checkpoints), ("dock", patrol_map.docks)):
        _unique((place.id for place in places), kind, where)
        for place in places:
            if place.node_id not in patrol_map.nodes:
                raise MapError(
                    f"{where}: {kind} {place.id}: node_id {place.node_id} is no node of this map"
                )


def _announcements(patrol_map: PatrolMap, where: str) -> None:
    for checkpoint in patrol_map.checkpoints:
        if checkpoint.announcement or ANNOUNCE in checkpoint.actions:
            try:
                spoken(checkpoint.announcement)
            except ValueError as error:
                raise MapError(
                    f"{where}: checkpoint {checkpoint.id}: announcement: {error}"
                ) from None


def _crosswalks(patrol_map: PatrolMap, where: str) -> None:
    _unique((crosswalk.id for crosswalk in patrol_map.crosswalks), "crosswalk", where)
    for crosswalk in patrol_map.crosswalks:
        for edge_id in crosswalk.edge_ids:
            edge = patrol_map.edges.get(edge_id)
            if edge is None:
                raise MapError(
                    f"{where}: crosswalk {crosswalk.id}: edge_ids {edge_id} is no edge of this map"
                )
            if edge.crosswalk_id != crosswalk.id:
                raise MapError(
                    f"{where}: crosswalk {crosswalk.id}: its edge {edge_id} carries "
                    f"crosswalk_id {edge.crosswalk_id!r}"
                )
    members = {edge_id for crosswalk in patrol_map.crosswalks for edge_id in crosswalk.edge_ids}
    for edge in patrol_map.edges.values():
        if edge.crosswalk_id is not None and edge.id not in members:
            raise MapError(
                f"{where}: edge {edge.id}: crosswalk_id {edge.crosswalk_id!r} "
                "is no crosswalk of this map that lists the edge"
            )


def _rings(patrol_map: PatrolMap, where: str) -> None:
    layers = (
        ("zone", patrol_map.zones),
        ("building", patrol_map.buildings),
        ("area", patrol_map.areas),
    )
    for kind, shapes in layers:
        _unique((shape.id for shape in shapes), kind, where)
        for shape in shapes:
            _ring(shape.polygon_map, f"{where}: {kind} {shape.id}")


def _ring(points: tuple[tuple[float, float], ...], at: str) -> None:
    if len(points) < 3:
        raise MapError(f"{at}: a ring needs at least 3 points, got {len(points)}")
    if not all(math.isfinite(value) for point in points for value in point):
        raise MapError(f"{at}: the ring holds a position that is not a number")
    if any(abs(value) > 2 * MAX_EXTENT_M for point in points for value in point):
        raise MapError(f"{at}: the ring leaves the map; positions must be local metres")
    polygon = Polygon(points)
    if polygon.convex_hull.area >= MIN_RING_AREA_M2 and not polygon.is_valid:
        raise MapError(f"{at}: the ring crosses itself ({explain_validity(polygon)})")
    if not polygon.area >= MIN_RING_AREA_M2:
        raise MapError(
            f"{at}: the ring holds {polygon.area:.3g} m², less than {MIN_RING_AREA_M2:g} m²"
        )


def _zone_kinds(patrol_map: PatrolMap, where: str) -> None:
    """What a kind of zone must say: a table of kind → field."""
    for zone in patrol_map.zones:
        needed = _NEEDED.get(zone.kind)
        if needed is not None and getattr(zone, needed) is None:
            raise MapError(f"{where}: zone {zone.id}: a {zone.kind} zone needs {needed}")
        if zone.sensitivity is not None and zone.kind is not ZoneKind.INCIDENT_SENSITIVITY:
            raise MapError(
                f"{where}: zone {zone.id}: sensitivity belongs to "
                f"{ZoneKind.INCIDENT_SENSITIVITY} zones, not to {zone.kind}"
            )


def _pois(patrol_map: PatrolMap, where: str) -> None:
    _unique((poi.id for poi in patrol_map.pois), "poi", where)
    for poi in patrol_map.pois:
        if not max(abs(poi.x_m), abs(poi.y_m)) <= 2 * MAX_EXTENT_M:
            raise MapError(
                f"{where}: poi {poi.id}: ({poi.x_m:g}, {poi.y_m:g}) leaves the map; "
                "positions must be local metres"
            )


def _time_zone(patrol_map: PatrolMap, where: str) -> None:
    try:
        check_time_zone(patrol_map.time_zone)
    except ValueError as error:
        raise MapError(f"{where}: time_zone: {error}") from None


def _unique(ids: Iterable[str], kind: str, where: str) -> None:
    seen: set[str] = set()
    for value in ids:
        if value in seen:
            raise MapError(f"{where}: {kind} {value}: the id stands twice")
        seen.add(value)
