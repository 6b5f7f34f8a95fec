"""Tables: how a map's layers look in a picture."""

from __future__ import annotations

import re

from patrol.map import AreaKind, WayClass, ZoneKind

GROUND = "#f4f1ea"
INK = "#3b3a36"
# way class → (legend, fill, casing)
WAY_STYLE = {
    WayClass.STREET: ("street", "#ffffff", "#c9c3b6"),
    WayClass.PAVEMENT: ("pavement", "#e9dfd0", "#cbbfa9"),
    WayClass.ALLEY: ("alley", "#fbf3df", "#d6c8a4"),
    WayClass.PARK_PATH: ("park path", "#efe3c0", "#c7b988"),
    WayClass.SERVICE: ("service", "#dfe3e8", "#b4bbc4"),
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
}
FONTS = ("Noto Sans CJK KR", "NanumGothic", "Malgun Gothic", "AppleGothic", "Noto Sans KR")
HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
