"""The named alternative: what one writes with pyosmium, networkx and shapely, as OSMnx does.

It reads the same ways, joins chains of degree 2 (Boeing 2017, "OSMnx", section 3.2), simplifies
them to 5 cm and saves GraphML. It knows no buildings, crossings, vehicles, parts or rules of ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import osmium
from pyproj import Transformer
from shapely import from_wkt
from shapely.geometry import LineString

from navigation.planning.importing.way_rules import left_out_reason

TOLERANCE_M = 0.05


class _Ways(osmium.SimpleHandler):  # type: ignore[misc]
    """The usable ways as places by node."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[int, tuple[float, float]] = {}
        self.ways: list[tuple[list[int], dict[str, str]]] = []

    def way(self, way: Any) -> None:
        tags = dict(way.tags)
        if "highway" not in tags or left_out_reason(tags) is not None:
            return
        known = [node for node in way.nodes if node.location.valid()]
        self.places.update((node.ref, (node.lon, node.lat)) for node in known)
        self.ways.append(([node.ref for node in known], tags))


def convert_osm(path: Path, out: Path) -> None:
    """An OpenStreetMap file as a simplified graph in a GraphML file."""
    handler = _Ways()
    handler.apply_file(str(path), locations=True)
    graph: nx.MultiGraph = nx.MultiGraph()
    for refs, tags in handler.ways:
        nx.add_path(graph, refs, highway=tags["highway"], name=tags.get("name", ""))
    nx.write_graphml(_simplified(graph, handler.places), out)


def convert_graphml(path: Path, out: Path) -> None:
    """An OSMnx graph read by networkx, undirected, simplified, saved again."""
    source = nx.read_graphml(path, force_multigraph=True)
    graph, places = nx.MultiGraph(), {}
    for node, values in source.nodes(data=True):
        places[node] = (float(values["x"]), float(values["y"]))
    for start, end, values in source.edges(data=True):
        line = from_wkt(values["geometry"]) if "geometry" in values else None
        inner = list(line.coords)[1:-1] if line else []
        places.update(zip(inner, inner, strict=True))
        nx.add_path(graph, [start, *inner, end], highway=values["highway"])
    nx.write_graphml(_simplified(nx.Graph(graph), places), out)


def _simplified(graph: Any, places: dict[Any, tuple[float, float]]) -> Any:
    """Chains between nodes of other degree than 2, as WKT lines in UTM metres."""
    longitude, _ = next(iter(places.values()))
    zone = int((longitude + 180) // 6) + 1
    utm = Transformer.from_crs("epsg:4326", f"epsg:{32600 + zone}", always_xy=True)
    simple: nx.MultiGraph = nx.MultiGraph()
    ends = {node for node in graph if graph.degree(node) != 2}
    for end in ends:
        for neighbour in graph.neighbors(end):
            chain, previous = [end, neighbour], end
            while chain[-1] not in ends:
                onward = [n for n in graph.neighbors(chain[-1]) if n != previous]
                if not onward:
                    break
                previous = chain[-1]
                chain.append(onward[0])
            if str(chain[0]) <= str(chain[-1]):
                line = LineString([utm.transform(*places[node]) for node in chain])
                simple.add_edge(
                    str(chain[0]), str(chain[-1]), geometry=line.simplify(TOLERANCE_M).wkt,
                    length=line.length,
                )  # fmt: skip
    return simple
