"""Tables: what OpenStreetMap's tags on points and areas mean: kerbs, barriers, buildings, places.

Tag meanings: OpenStreetMap wiki, "Key:kerb", "Key:barrier", "Key:building:levels",
"Key:amenity", "Key:emergency", "Tag:man_made=surveillance", "Tag:highway=street_lamp".
"""

from __future__ import annotations

from navigation.planning.importing.measures import metres
from navigation.planning.importing.way_rules import Tags
from patrol.map import AreaKind, PoiKind

# kerb → step in metres where `kerb:height` gives none; the wiki's lowered is about 3 cm, its
# rolled and raised are above that; an unknown kerb counts as a raised one
KERB_M = {"flush": 0.0, "no": 0.0, "lowered": 0.03, "rolled": 0.08, "raised": 0.15,
          "regular": 0.15}  # fmt: skip
UNKNOWN_KERB_M = 0.15
MAX_KERB_M = 0.5
KEEPS_WHEELS_OUT = {"stile", "turnstile", "full-height_turnstile", "kissing_gate", "step",
                    "debris", "jersey_barrier", "wall", "fence"}  # fmt: skip
GATES = {"gate", "lift_gate", "swing_gate", "sliding_gate", "wicket_gate", "door", "entrance"}
AREA_RULES = (  # (key, value) → area
    ("leisure", "park", AreaKind.PARK),
    ("leisure", "garden", AreaKind.PARK),
    ("leisure", "playground", AreaKind.PARK),
    ("landuse", "recreation_ground", AreaKind.PARK),
    ("landuse", "village_green", AreaKind.PARK),
    ("natural", "water", AreaKind.WATER),
    ("highway", "pedestrian", AreaKind.SQUARE),
    ("place", "square", AreaKind.SQUARE),
)
POI_RULES = (  # (key, value) → point of interest
    ("amenity", "school", PoiKind.SCHOOL),
    ("amenity", "kindergarten", PoiKind.KINDERGARTEN),
    ("amenity", "childcare", PoiKind.KINDERGARTEN),
    ("amenity", "social_facility", PoiKind.CARE_HOME),
    ("amenity", "nursing_home", PoiKind.CARE_HOME),
    ("amenity", "hospital", PoiKind.HOSPITAL),
    ("amenity", "police", PoiKind.POLICE),
    ("amenity", "fire_station", PoiKind.FIRE_STATION),
    ("man_made", "surveillance", PoiKind.CCTV),
    ("emergency", "phone", PoiKind.EMERGENCY_BELL),
    ("emergency", "defibrillator", PoiKind.AED),
    ("amenity", "shelter", PoiKind.SHELTER),
    ("amenity", "toilets", PoiKind.TOILET),
    ("highway", "bus_stop", PoiKind.BUS_STOP),
    ("shop", "convenience", PoiKind.SHOP),
    ("shop", "supermarket", PoiKind.SHOP),
    ("highway", "street_lamp", PoiKind.STREET_LAMP),
)
POI_KEYS = tuple(dict.fromkeys(key for key, _, _ in POI_RULES))
AREA_KEYS = tuple(dict.fromkeys(key for key, _, _ in AREA_RULES))
OPEN_BELOW = {"roof", "canopy", "carport", "no"}  # building → no walls on the ground
STOREY_M = 3.0
UNKNOWN_HEIGHT_M = 6.0
HEADROOM_M = 2.5  # a building that begins higher than this is no wall


def kerb_m(tags: Tags) -> float | None:
    """The step of a kerb at a point in metres; None where the tags speak of no kerb."""
    if tags.get("barrier") != "kerb" and "kerb" not in tags:
        return None
    height = metres(tags.get("kerb:height", tags.get("height", "")))
    if height is not None and height <= MAX_KERB_M:
        return height
    return KERB_M.get(tags.get("kerb", ""), UNKNOWN_KERB_M)


def blocks_wheels(tags: Tags) -> bool:
    """A barrier on a way that a wheeled vehicle cannot pass, or a gate it may not."""
    barrier = tags.get("barrier", "")
    if barrier in KEEPS_WHEELS_OUT or tags.get("wheelchair") == "no":
        return bool(barrier)
    closed = tags.get("foot", tags.get("access", "yes")) in ("no", "private")
    return barrier in GATES and (closed or tags.get("locked") == "yes")


def is_building(tags: Tags) -> bool:
    """Walls that stand on the ground."""
    if tags.get("building", "no") in OPEN_BELOW or tags.get("location") == "underground":
        return False
    lowest_m = metres(tags.get("min_height", "")) or 0.0
    lowest_m = lowest_m or STOREY_M * (metres(tags.get("building:min_level", "")) or 0.0)
    return lowest_m < HEADROOM_M and not tags.get("layer", "0").startswith("-")


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


def poi_kind(tags: Tags) -> PoiKind | None:
    """The kind of a point of interest, or None."""
    return next((kind for key, value, kind in POI_RULES if tags.get(key) == value), None)


def poi_height_m(tags: Tags) -> float | None:
    """How high a point of interest is; None where the tags do not say."""
    return metres(tags.get("height", "")) or None
