"""A patrol map in WGS 84, for the console to draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fleet_server.api.map_models import MapView, OriginView
from patrol.geodesy import wgs84_from_enu
from patrol.map import PatrolMap

Json = dict[str, Any]
Ring = Sequence[tuple[float, float]]


def lonlat(patrol_map: PatrolMap, x_m: float, y_m: float) -> tuple[float, float]:
    """Longitude and latitude in degrees, rounded to about a centimetre."""
    point = wgs84_from_enu(x_m, y_m, 0.0, patrol_map.origin)
    return round(point.longitude_deg, 7), round(point.latitude_deg, 7)


def map_view(patrol_map: PatrolMap) -> MapView:
    """The map's card in the API."""
    west_m, south_m, east_m, north_m = patrol_map.bounds_m
    corners = [lonlat(patrol_map, x, y) for x in (west_m, east_m) for y in (south_m, north_m)]
    longitudes, latitudes = zip(*corners, strict=True)
    origin = patrol_map.origin
    return MapView(
        map_id=patrol_map.map_id,
        name=patrol_map.name,
        content_hash=patrol_map.content_hash,
        origin=OriginView(
            latitude_deg=origin.latitude_deg,
            longitude_deg=origin.longitude_deg,
            altitude_m=origin.altitude_m,
        ),
        bounds_wgs84=(min(longitudes), min(latitudes), max(longitudes), max(latitudes)),
    )


def wgs84_picture(patrol_map: PatrolMap) -> Json:
    """Every feature with `properties.layer` and its fields, in longitude and latitude."""
    features = [
        *_node_features(patrol_map),
        *_edge_features(patrol_map),
        *_polygon_features(patrol_map),
    ]
    return {"type": "FeatureCollection", "map_id": patrol_map.map_id, "features": features}


def _feature(layer: str, geometry: str, coordinates: Any, **properties: Any) -> Json:
    return {
        "type": "Feature",
        "geometry": {"type": geometry, "coordinates": coordinates},
        "properties": {"layer": layer, **properties},
    }


def _node_features(patrol_map: PatrolMap) -> list[Json]:
    place = {n.id: lonlat(patrol_map, n.x_m, n.y_m) for n in patrol_map.nodes.values()}
    nodes = [
        _feature("node", "Point", place[n.id], id=n.id, name=n.name, waiting_place=n.waiting_place)
        for n in patrol_map.nodes.values()
    ]
    checkpoints = [
        _feature(
            "checkpoint",
            "Point",
            place[c.node_id],
            id=c.id,
            name=c.name,
            node_id=c.node_id,
            dwell_s=c.dwell_s,
            priority=c.priority,
        )
        for c in patrol_map.checkpoints
    ]
    docks = [
        _feature(
            "dock",
            "Point",
            place[d.node_id],
            id=d.id,
            name=d.name,
            node_id=d.node_id,
            heading_rad=d.heading_rad,
        )
        for d in patrol_map.docks
    ]
    return [*nodes, *checkpoints, *docks]


def _edge_features(patrol_map: PatrolMap) -> list[Json]:
    nodes = patrol_map.nodes
    place = {n.id: lonlat(patrol_map, n.x_m, n.y_m) for n in nodes.values()}
    edges = [
        _feature(
            "edge",
            "LineString",
            [place[e.start_id], place[e.end_id]],
            id=e.id,
            start_id=e.start_id,
            end_id=e.end_id,
            name=e.name,
            length_m=e.length_m,
            width_m=e.width_m,
            way_class=str(e.way_class),
            surface=e.surface,
            grade=e.grade,
            speed_limit_mps=e.speed_limit_mps,
            lit=e.lit,
            crosswalk_id=e.crosswalk_id,
        )
        for e in patrol_map.edges.values()
    ]
    crosswalks = [
        _feature(
            "crosswalk",
            "MultiLineString",
            [
                [place[patrol_map.edges[i].start_id], place[patrol_map.edges[i].end_id]]
                for i in c.edge_ids
            ],
            id=c.id,
            name=c.name,
            signalled=c.signalled,
            signal_id=c.signal_id,
        )
        for c in patrol_map.crosswalks
    ]
    return [*edges, *crosswalks]


def _polygon_features(patrol_map: PatrolMap) -> list[Json]:
    def ring(polygon: Ring) -> list[list[tuple[float, float]]]:
        points = [lonlat(patrol_map, x, y) for x, y in polygon]
        return [[*points, points[0]]]

    zones = [
        _feature(
            "zone",
            "Polygon",
            ring(z.polygon_map),
            id=z.id,
            name=z.name,
            kind=str(z.kind),
            speed_limit_mps=z.speed_limit_mps,
        )
        for z in patrol_map.zones
    ]
    buildings = [
        _feature(
            "building", "Polygon", ring(b.polygon_map), id=b.id, name=b.name, height_m=b.height_m
        )
        for b in patrol_map.buildings
    ]
    areas = [
        _feature("area", "Polygon", ring(a.polygon_map), id=a.id, name=a.name, kind=str(a.kind))
        for a in patrol_map.areas
    ]
    return [*areas, *zones, *buildings]
