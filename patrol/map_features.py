"""The features of a patrol map as values; `patrol.map` puts them together.

Positions are metres in the local ENU frame `map`; rings are (x, y) and not closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from patrol.windows import zone_active


class WayClass(StrEnum):
    """What kind of way an edge is."""

    STREET = "street"  # a street without separate pavement, shared with cars
    PAVEMENT = "pavement"
    ALLEY = "alley"
    PARK_PATH = "park_path"
    CROSSWALK = "crosswalk"
    SERVICE = "service"  # yard, depot, driveway
    LIVING_STREET = "living_street"  # people first, cars at walking pace
    STEPS = "steps"


class ZoneKind(StrEnum):
    """What a zone means to a vehicle."""

    KEEP_OUT = "keep_out"
    SPEED_LIMIT = "speed_limit"
    SCHOOL = "school"
    QUIET = "quiet"  # no sound, no voice
    PATROL_AREA = "patrol_area"
    NO_RECORD = "no_record"
    INCIDENT_SENSITIVITY = "incident_sensitivity"  # incidents are raised sooner or later here
    RESTRICTED = "restricted"  # people have no business here: who is there is an intruder
    NO_LOITERING = "no_loitering"  # people may pass; who stays is reported
    WATCHED_PROPERTY = "watched_property"  # the ground before doors and things whose look is known


class AreaKind(StrEnum):
    """Ground that the console and the simulator draw."""

    PARK = "park"
    WATER = "water"
    SQUARE = "square"
    ROAD = "road"  # a carriageway for cars; patrol vehicles cross it on crosswalks


class PoiKind(StrEnum):
    """What stands at a point of interest."""

    SCHOOL = "school"
    KINDERGARTEN = "kindergarten"
    CARE_HOME = "care_home"
    HOSPITAL = "hospital"
    POLICE = "police"
    FIRE_STATION = "fire_station"
    CCTV = "cctv"
    EMERGENCY_BELL = "emergency_bell"
    AED = "aed"
    SHELTER = "shelter"
    TOILET = "toilet"
    BUS_STOP = "bus_stop"
    SHOP = "shop"
    STREET_LAMP = "street_lamp"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Node:
    """A point of the route graph."""

    id: int
    x_m: float
    y_m: float
    z_m: float = 0.0
    name: str = ""
    waiting_place: bool = False  # a vehicle may stand here without blocking anyone


@dataclass(frozen=True, slots=True)
class Edge:
    """A directed, straight piece of way between two nodes."""

    id: int
    start_id: int
    end_id: int
    length_m: float
    speed_limit_mps: float
    width_m: float
    way_class: WayClass
    surface: str = "asphalt"
    grade: float = 0.0  # rise over run, positive uphill in the edge's direction
    lit: bool = True
    crosswalk_id: str | None = None
    name: str = ""
    kerb_m: float = 0.0  # the highest kerb or step crossed on it
    steps: bool = False  # a flight of steps: for no wheeled vehicle
    exposure: float | None = None  # share of the way mixed with motor traffic; None: by way class


@dataclass(frozen=True, slots=True)
class Zone:
    """An area with a rule; it holds in its time windows and until it expires."""

    id: str
    kind: ZoneKind
    polygon_map: tuple[tuple[float, float], ...]
    name: str = ""
    speed_limit_mps: float | None = None
    windows: str = ""  # opening_hours words, `patrol.windows`; empty: always
    expires: str = ""  # RFC 3339 instant from which it holds no more; empty: never
    sensitivity: float | None = None  # 1 as elsewhere, 2 raises incidents on half the evidence

    def active_at(self, when: datetime, time_zone: str) -> bool:
        """Whether its rule holds at an aware `when`; `time_zone` (IANA) is the map's."""
        return zone_active(self, time_zone, when)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A place a patrol visits."""

    id: str
    name: str
    node_id: int
    dwell_s: float = 0.0
    priority: float = 1.0
    windows: str = ""  # when a visit counts, opening_hours words; empty: always
    actions: tuple[str, ...] = ()  # what to do there, VDA 5050 action types
    announcement: str = ""  # what `announce` says there


@dataclass(frozen=True, slots=True)
class Dock:
    """A place where a vehicle charges; it leaves along `heading_rad`."""

    id: str
    name: str
    node_id: int
    heading_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """A crossing of the carriageway; its edges carry its id."""

    id: str
    name: str
    edge_ids: tuple[int, ...]
    signalled: bool = False
    signal_id: str | None = None


@dataclass(frozen=True, slots=True)
class Building:
    """A footprint for the simulator, the console and GNSS shadow."""

    id: str
    polygon_map: tuple[tuple[float, float], ...]
    height_m: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """Ground to draw: a park, a square."""

    id: str
    kind: AreaKind
    polygon_map: tuple[tuple[float, float], ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class PointOfInterest:
    """Something a patrol should know of: a school, a camera, an emergency bell."""

    id: str
    name: str
    kind: PoiKind
    x_m: float
    y_m: float
    height_m: float | None = None  # above the ground: of a street lamp its light
