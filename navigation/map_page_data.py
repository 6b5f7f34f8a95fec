"""A map as the compact data that its page draws: one list a feature, texts named once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from navigation.map_page_words import WORDS
from navigation.map_style import AREA_STYLE, GROUND, INK, POI_STYLE, WAY_STYLE, ZONE_STYLE
from patrol.map import PatrolMap

Json = dict[str, Any]
LIT, STEPS, WAITING = 1, 2, 4  # bits of flags


def page_data(patrol_map: PatrolMap, title: str) -> Json:
    """Everything the page knows; positions are map metres rounded to centimetres.

    Rows follow the keys that `navigation.map_page_script` reads; texts are indices into `texts`,
    nodes are indices into `nodes`.
    """
    texts = _Texts()
    index = {node_id: i for i, node_id in enumerate(patrol_map.nodes)}
    return {
        "title": title,
        "mapId": patrol_map.map_id,
        "hash": patrol_map.content_hash[:12],
        "licence": patrol_map.licence,
        "timeZone": patrol_map.time_zone,
        "bounds": [round(value, 1) for value in patrol_map.bounds_m],
        "words": WORDS,
        "style": _style(),
        "nodes": [
            [n.id, _cm(n.x_m), _cm(n.y_m), texts[n.name], WAITING * n.waiting_place]
            for n in patrol_map.nodes.values()
        ],
        "edges": _edges(patrol_map, index, texts),
        "areas": [
            [a.id, texts[str(a.kind)], texts[a.name], _ring(a.polygon_map)]
            for a in patrol_map.areas
        ],
        "buildings": [
            [b.id, _short(b.height_m), texts[b.name], _ring(b.polygon_map)]
            for b in patrol_map.buildings
        ],
        "zones": [
            [z.id, texts[str(z.kind)], texts[z.name], _ring(z.polygon_map), z.speed_limit_mps,
             z.windows, z.expires, z.sensitivity]
            for z in patrol_map.zones
        ],
        "checkpoints": [
            [c.id, index[c.node_id], texts[c.name], c.dwell_s, c.priority, c.windows,
             ", ".join(c.actions), c.announcement]
            for c in patrol_map.checkpoints
        ],
        "docks": [
            [d.id, index[d.node_id], texts[d.name], _short(d.heading_rad)]
            for d in patrol_map.docks
        ],
        "crosswalks": [
            [c.id, texts[c.name], int(c.signalled), c.signal_id] for c in patrol_map.crosswalks
        ],
        "pois": [
            [p.id, _cm(p.x_m), _cm(p.y_m), texts[p.name], texts[str(p.kind)]]
            for p in patrol_map.pois
        ],
        "texts": texts.known,
    }  # fmt: skip


class _Texts:
    """Texts by number, each kept once; 0 is the empty text."""

    def __init__(self) -> None:
        self.known = [""]
        self._index = {"": 0}

    def __getitem__(self, text: str) -> int:
        if text not in self._index:
            self._index[text] = len(self.known)
            self.known.append(text)
        return self._index[text]


def _edges(patrol_map: PatrolMap, index: dict[int, int], texts: _Texts) -> list[list[Any]]:
    return [
        [
            e.id, index[e.start_id], index[e.end_id], texts[str(e.way_class)], _short(e.width_m),
            _short(e.speed_limit_mps), _short(e.grade, 3), texts[e.name], texts[e.surface],
            LIT * e.lit + STEPS * e.steps, _short(e.kerb_m), e.exposure,
            texts[e.crosswalk_id or ""], _short(e.length_m),
        ]
        for e in patrol_map.edges.values()
    ]  # fmt: skip


def _style() -> Json:
    return {
        "ground": GROUND,
        "ink": INK,
        "ways": {str(k): [fill, casing] for k, (_, fill, casing) in WAY_STYLE.items()},
        "areas": {str(k): colour for k, colour in AREA_STYLE.items()},
        "zones": {str(k): [colour, filled] for k, (_, colour, filled) in ZONE_STYLE.items()},
        "pois": {str(k): list(style) for k, style in POI_STYLE.items()},
    }


def _ring(points: Sequence[tuple[float, float]]) -> list[float]:
    """x, y, x, y, …"""
    return [_cm(value) for point in points for value in point]


def _cm(value: float) -> float:
    return _short(value, 2)


def _short(value: float, digits: int = 2) -> float:
    """Rounded, a whole number without its ".0"."""
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded
