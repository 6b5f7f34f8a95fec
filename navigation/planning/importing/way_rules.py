"""Tables: what OpenStreetMap's tags on a way mean to a patrol vehicle.

Tag meanings: OpenStreetMap wiki, "Key:highway", "Key:access", "Key:footway", "Key:sidewalk",
"Key:oneway". A vehicle counts as somebody on foot with wheels: car rules are not for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from navigation.planning.importing.measures import grade, metres, speed_mps
from patrol.map import WayClass

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WayRule:
    """How a highway value is taken: class, usual width, walking speed limit, usual lighting."""

    way_class: WayClass
    width_m: float
    speed_limit_mps: float
    lit: bool = True
    needs_sidewalk: bool = False  # a busy street counts only where it says it has a pavement


WAY_RULES = {
    "footway": WayRule(WayClass.PAVEMENT, 2.5, 1.39),
    "crossing": WayRule(WayClass.PAVEMENT, 2.5, 1.39),
    "pedestrian": WayRule(WayClass.PAVEMENT, 5.0, 1.39),
    "path": WayRule(WayClass.PARK_PATH, 2.0, 1.2, lit=False),
    "cycleway": WayRule(WayClass.PAVEMENT, 2.5, 1.39),
    "living_street": WayRule(WayClass.LIVING_STREET, 5.0, 1.39),
    "residential": WayRule(WayClass.STREET, 6.0, 1.39),
    "unclassified": WayRule(WayClass.STREET, 6.0, 1.39),
    "service": WayRule(WayClass.SERVICE, 4.0, 1.2),
    "track": WayRule(WayClass.PARK_PATH, 3.0, 1.2, lit=False),
    "tertiary": WayRule(WayClass.STREET, 3.0, 1.39, needs_sidewalk=True),
    "secondary": WayRule(WayClass.STREET, 3.0, 1.39, needs_sidewalk=True),
    "primary": WayRule(WayClass.STREET, 3.0, 1.39, needs_sidewalk=True),
}
NARROW_SERVICES = {"alley": 3.0, "driveway": 3.0}  # service → usual width in metres
BUSY = tuple(kind for kind, rule in WAY_RULES.items() if rule.needs_sidewalk)
SQUARE_RIM_M = 2.0  # of a pedestrian area the rim is a way of this width

# Whoever may not walk there may not roll there. The most specific key that is given decides.
ACCESS_KEYS = ("foot", "access")
CLOSED = {"no", "private", "use_sidepath", "military", "agricultural", "forestry", "delivery"}
# key → values that keep a wheeled vehicle out; None: any value but "no"
HINDERING: dict[str, set[str] | None] = {
    "tunnel": None,
    "indoor": None,
    "conveying": None,
    "wheelchair": {"no"},
    "surface": {"sand", "mud", "grass", "grass_paver", "rock", "stepping_stones"},
    "construction": {"yes", "minor"},
}
SIDEWALK = {"both", "left", "right", "yes"}
SIDEWALK_KEYS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
SIDEWALK_WIDTHS = ("sidewalk:both:width", "sidewalk:left:width", "sidewalk:right:width",
                   "sidewalk:width")  # fmt: skip
UNLIT = {"no", "disused"}
NO_CARS = {"no", "private"}
LANE_M = 3.0
MIN_WIDTH_M, MAX_WIDTH_M = 0.5, 30.0


def left_out_reason(tags: Tags) -> str | None:
    """Why a highway is not taken, in words for the report; None where it is."""
    kind = tags.get("highway", "")
    rule = WAY_RULES.get(kind)
    if kind == "steps":
        return "steps"
    if rule is None:
        return "not for people on foot"
    access = next((tags[key] for key in ACCESS_KEYS if key in tags), "yes")
    if access in CLOSED:
        return f"access={access}"
    for key, values in HINDERING.items():
        value = tags.get(key, "")
        if value not in ("", "no") if values is None else value in values:
            return f"{key}={value}"
    if rule.needs_sidewalk and not has_sidewalk(tags):
        return "busy street without a pavement"
    return None


def has_sidewalk(tags: Tags) -> bool:
    """The tags say that a pavement belongs to the street."""
    return any(tags.get(key) in SIDEWALK for key in SIDEWALK_KEYS)


def is_crossing_way(tags: Tags) -> bool:
    """A way drawn across the carriageway for people on foot."""
    drawn = (tags.get(key) for key in ("highway", "footway", "cycleway", "path"))
    return "crossing" in drawn


def is_signalled(tags: Tags) -> bool:
    """A crossing with a signal."""
    return (
        tags.get("crossing") == "traffic_signals"
        or tags.get("crossing:signals", "no") not in ("no", "")
        or tags.get("highway") == "traffic_signals"
    )


def way_class(tags: Tags, rule: WayRule) -> WayClass:
    """The class, refined: service alleys are alleys."""
    if tags.get("highway") == "service" and tags.get("service") == "alley":
        return WayClass.ALLEY
    return rule.way_class


def width_m(tags: Tags, rule: WayRule) -> float:
    """The tagged width, else what its lanes make, else the usual one of its kind."""
    if tags.get("area") == "yes":
        return SQUARE_RIM_M
    for key in SIDEWALK_WIDTHS if rule.needs_sidewalk else ("width", "est_width"):
        value = metres(tags.get(key, ""))
        if value is not None and MIN_WIDTH_M <= value <= MAX_WIDTH_M:
            return value
    lanes = metres(tags.get("lanes", ""))
    if lanes and rule.way_class is WayClass.STREET and not rule.needs_sidewalk:
        return min(lanes * LANE_M, MAX_WIDTH_M)
    return NARROW_SERVICES.get(tags.get("service", ""), rule.width_m)


def carriageway_m(tags: Tags) -> float:
    """How wide a street is between its kerbs, for whoever crosses it."""
    width = metres(tags.get("width", ""))
    lanes = metres(tags.get("lanes", "")) or 2.0
    return min(max(width or lanes * LANE_M, LANE_M), MAX_WIDTH_M)


def speed_limit_mps(tags: Tags, rule: WayRule) -> float:
    """Walking pace, or the street's own limit where that is lower."""
    limits = (speed_mps(tags.get(key, "")) for key in ("maxspeed", "maxspeed:foot"))
    return min([rule.speed_limit_mps, *(limit for limit in limits if limit)])


def way_grade(tags: Tags) -> float:
    """Rise over run in the way's drawing direction; 0 where unknown."""
    return grade(tags.get("incline", ""))


def is_lit(tags: Tags, rule: WayRule) -> bool:
    """As tagged, else as usual for its kind."""
    value = tags.get("lit", "")
    return value not in UNLIT if value else rule.lit


def exposure(tags: Tags) -> float | None:
    """0 where the tags keep motor vehicles out of a street; None: as usual for its class."""
    vehicles = next((tags[key] for key in ("motor_vehicle", "vehicle") if key in tags), "")
    return 0.0 if vehicles in NO_CARS else None


def directions(tags: Tags) -> tuple[bool, bool]:
    """Whether somebody on foot may go forward and backward; one-way rules for cars are not asked.

    `oneway:foot` and `foot:forward`, `foot:backward` are the rules for people on foot.
    """
    one_way = tags.get("oneway:foot", "no")
    forward = one_way != "-1" and tags.get("foot:forward") != "no"
    backward = one_way not in ("yes", "1", "true") and tags.get("foot:backward") != "no"
    return forward, backward
