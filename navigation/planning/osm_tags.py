"""Tables: what OpenStreetMap tags mean to a patrol vehicle on pavements and small streets.

Tag meanings: OpenStreetMap wiki, "Key:highway", "Key:footway", "Key:incline", "Key:width".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from patrol.map import AreaKind, WayClass

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WayRule:
    """How a highway value is taken: class, usual width, walking speed limit."""

    way_class: WayClass
    width_m: float
    speed_limit_mps: float
    needs_sidewalk: bool = False  # a busy street counts only where it says it has a pavement


WAY_RULES = {
    "footway": WayRule(WayClass.PAVEMENT, 2.5, 1.39),
    "pedestrian": WayRule(WayClass.PAVEMENT, 5.0, 1.39),
    "path": WayRule(WayClass.PARK_PATH, 2.0, 1.2),
    "cycleway": WayRule(WayClass.PAVEMENT, 2.5, 1.39),
    "living_street": WayRule(WayClass.STREET, 5.0, 1.39),
    "residential": WayRule(WayClass.STREET, 6.0, 1.39),
    "unclassified": WayRule(WayClass.STREET, 6.0, 1.39),
    "service": WayRule(WayClass.SERVICE, 4.0, 1.2),
    "track": WayRule(WayClass.PARK_PATH, 3.0, 1.2),
    "tertiary": WayRule(WayClass.STREET, 3.0, 1.39, needs_sidewalk=True),
    "secondary": WayRule(WayClass.STREET, 3.0, 1.39, needs_sidewalk=True),
    "primary": WayRule(WayClass.STREET, 3.0, 1.39, needs_sidewalk=True),
}
ALLEY_SERVICES = {"alley": 3.0, "driveway": 3.0}
NOT_DRIVABLE = {  # tag → values that keep a wheeled vehicle out
    "access": {"no", "private"},
    "foot": {"no", "private", "use_sidepath"},
    "wheelchair": {"no"},
    "indoor": {"yes", "corridor"},
    "area": {"yes"},
    "tunnel": {"building_passage"},
    "surface": {"sand", "mud", "grass", "grass_paver", "rock", "stepping_stones"},
    "construction": {"yes", "minor"},
}
SIDEWALK = {"both", "left", "right", "yes"}
SIDEWALK_KEYS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
AREA_RULES = (  # (key, value) → area
    ("leisure", "park", AreaKind.PARK),
    ("leisure", "garden", AreaKind.PARK),
    ("natural", "water", AreaKind.WATER),
    ("highway", "pedestrian", AreaKind.SQUARE),
    ("place", "square", AreaKind.SQUARE),
)
STOREY_M = 3.0
UNKNOWN_HEIGHT_M = 6.0
MIN_WIDTH_M, MAX_WIDTH_M = 0.5, 30.0
MAX_PLAUSIBLE_GRADE = 0.35

_LENGTH = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(m|cm)?\s*")
_PERCENT = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*%\s*")


def way_rule(tags: Tags) -> WayRule | None:
    """The rule for a way a vehicle may use, or None; steps are never usable."""
    rule = WAY_RULES.get(tags.get("highway", ""))
    if rule is None:
        return None
    if any(tags.get(key) in values for key, values in NOT_DRIVABLE.items()):
        return None
    if rule.needs_sidewalk and not any(tags.get(key) in SIDEWALK for key in SIDEWALK_KEYS):
        return None
    return rule


def is_crossing_way(tags: Tags) -> bool:
    """A way drawn across the carriageway for people on foot."""
    return "crossing" in (tags.get("footway"), tags.get("cycleway"), tags.get("path"))


def is_signalled(tags: Tags) -> bool:
    """A crossing with a signal."""
    return tags.get("crossing") == "traffic_signals" or tags.get("crossing:signals") == "yes"


def way_class(tags: Tags, rule: WayRule) -> WayClass:
    """The class, refined: service alleys are alleys."""
    if tags.get("highway") == "service" and tags.get("service") == "alley":
        return WayClass.ALLEY
    return rule.way_class


def width_m(tags: Tags, rule: WayRule) -> float:
    """The tagged width, else the usual one of its kind."""
    for key in ("width", "est_width"):
        value = metres(tags.get(key, ""))
        if value is not None and MIN_WIDTH_M <= value <= MAX_WIDTH_M:
            return value
    return ALLEY_SERVICES.get(tags.get("service", ""), rule.width_m)


def metres(text: str) -> float | None:
    """A length such as "2.5", "3 m", "120 cm", or None."""
    match = _LENGTH.fullmatch(text)
    if match is None:
        return None
    value = float(match[1].replace(",", "."))
    return value / 100 if match[2] == "cm" else value


def grade(tags: Tags) -> float:
    """Rise over run in the way's drawing direction; 0 where unknown ("up" says no figure)."""
    match = _PERCENT.fullmatch(tags.get("incline", ""))
    value = float(match[1].replace(",", ".")) / 100 if match else 0.0
    return value if abs(value) <= MAX_PLAUSIBLE_GRADE else 0.0


def building_height_m(tags: Tags) -> float:
    """Height, or storeys, or a guess."""
    height = metres(tags.get("height", ""))
    if height:
        return height
    levels = metres(tags.get("building:levels", ""))
    return levels * STOREY_M if levels else UNKNOWN_HEIGHT_M


def area_kind(tags: Tags) -> AreaKind | None:
    """The kind of ground to draw, or None."""
    return next((kind for key, value, kind in AREA_RULES if tags.get(key) == value), None)
