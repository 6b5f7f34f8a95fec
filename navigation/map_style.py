"""Tables: how a map's layers look in a picture."""

from __future__ import annotations

import re

from patrol.map import AreaKind, PoiKind, WayClass, ZoneKind

GROUND = "#f4f1ea"
INK = "#3b3a36"
# way class → (legend, fill, casing)
WAY_STYLE = {
    WayClass.STREET: ("street", "#ffffff", "#c9c3b6"),
    WayClass.PAVEMENT: ("pavement", "#e9dfd0", "#cbbfa9"),
    WayClass.ALLEY: ("alley", "#fbf3df", "#d6c8a4"),
    WayClass.PARK_PATH: ("park path", "#efe3c0", "#c7b988"),
    WayClass.SERVICE: ("service", "#dfe3e8", "#b4bbc4"),
    WayClass.LIVING_STREET: ("living street", "#f7ecf5", "#cdb6cb"),
    WayClass.STEPS: ("steps", "#e8c9bd", "#b08372"),
    WayClass.CROSSWALK: ("crosswalk", "#ffffff", "#9a9a9a"),
}
AREA_STYLE = {
    AreaKind.PARK: "#cfe3bd",
    AreaKind.WATER: "#a9cfe4",
    AreaKind.SQUARE: "#e6e3dc",
    AreaKind.ROAD: "#bdbab4",
}
# zone kind → (legend, colour, filled); the patrol area is only outlined
ZONE_STYLE = {
    ZoneKind.KEEP_OUT: ("keep-out", "#c62828", True),
    ZoneKind.SPEED_LIMIT: ("speed limit", "#ef8f00", True),
    ZoneKind.SCHOOL: ("school zone", "#f2c200", True),
    ZoneKind.QUIET: ("quiet", "#6a5acd", False),
    ZoneKind.NO_RECORD: ("no recording", "#00838f", True),
    ZoneKind.PATROL_AREA: ("patrol area", "#5b7f95", False),
    ZoneKind.INCIDENT_SENSITIVITY: ("incident sensitivity", "#ad1457", False),
    ZoneKind.RESTRICTED: ("no entry for people", "#b3541e", True),
    ZoneKind.NO_LOITERING: ("no loitering", "#7a8b2f", False),
    ZoneKind.WATCHED_PROPERTY: ("watched property", "#3949ab", False),
}
# point of interest → (colour, letter in its mark)
POI_STYLE = {
    PoiKind.SCHOOL: ("#b26a00", "S"),
    PoiKind.KINDERGARTEN: ("#b26a00", "K"),
    PoiKind.CARE_HOME: ("#8e5a9b", "C"),
    PoiKind.HOSPITAL: ("#c2185b", "H"),
    PoiKind.POLICE: ("#1a4f9c", "P"),
    PoiKind.FIRE_STATION: ("#c62828", "F"),
    PoiKind.CCTV: ("#455a64", "V"),
    PoiKind.EMERGENCY_BELL: ("#d32f2f", "!"),
    PoiKind.AED: ("#d32f2f", "A"),
    PoiKind.SHELTER: ("#00796b", "R"),
    PoiKind.TOILET: ("#5d6d7e", "T"),
    PoiKind.BUS_STOP: ("#1565c0", "B"),
    PoiKind.SHOP: ("#6d4c41", "W"),
    PoiKind.STREET_LAMP: ("#9e9d24", "L"),
    PoiKind.OTHER: ("#757575", "•"),
}
# one a vehicle; told apart by colour-blind eyes too (Okabe and Ito 2008), without yellow
ROUTE_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
FONTS = ("Noto Sans CJK KR", "NanumGothic", "Malgun Gothic", "AppleGothic", "Noto Sans KR")
HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
