"""Whether a scenario makes sense: names that exist, times that can be, no contradictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shapely.geometry import Point, Polygon

from patrol.errors import MapError
from patrol.map import PatrolMap
from simulation.actors.checks import unknown_names
from simulation.scenarios.events import CloseStreet, Event, Fault, SendOrder, SetSignal
from simulation.scenarios.expect_driving import Reaches
from simulation.scenarios.expect_space import CrossesOnWalk, SpeedAtMost, StaysInside
from simulation.scenarios.expectations import contradiction
from simulation.scenarios.file import Perception, VehicleEntry
from simulation.scenarios.hulls import footprint
from simulation.scenarios.ordering import address_of
from simulation.scenarios.places import Place, place_map
from simulation.scenarios.scenario import Scenario, start_of
from simulation.scenarios.scene import LAMP
from simulation.scenarios.trace import START
from simulation.scenarios.triggers import When
from simulation.scenarios.verdicts import Expectation
from simulation.world import ScenarioError

# What can be judged by the motion and the states of a light vehicle.
OF_LIGHT = frozenset({
    "finishes", "does_not_finish", "reaches", "stops", "drives_on", "stands", "battery_at_least",
    "speed_at_most", "stays_inside", "keeps_away", "crosses_on_walk", "all_delivered", "monitored",
})  # fmt: skip


class Lines:
    """Where the entries of a file stand, for one-line errors."""

    def __init__(self, where: str, data: Any) -> None:
        self._where, self._data = where, data

    def error(self, section: str, index: int, message: str) -> ScenarioError:
        """An error about the n-th entry of a section."""
        entries = self._data.get(section)
        entry = entries[index] if isinstance(entries, list) and index < len(entries) else None
        line = getattr(entry, "line", None) or getattr(self._data, "lines", {}).get(section)
        return ScenarioError(f"{self._where}:{line}: {section}: {message}")


def check_entries(scenario: Scenario, lines: Lines) -> None:
    """Raises ScenarioError for the first entry that cannot be."""
    _check_vehicles(scenario, lines)
    _check_actors(scenario, lines)
    known = _check_names(scenario, lines)
    sections: tuple[tuple[str, Sequence[Event | Fault]], ...] = (
        ("events", scenario.events),
        ("faults", scenario.faults),
    )
    for section, entries in sections:
        for index, entry in enumerate(entries):
            for problem in _problems(scenario, entry, known):
                raise lines.error(section, index, f"{entry.title}: {problem}")
    for section, expected in (("expect", scenario.expectations), ("gates", scenario.gates)):
        for index, expectation in enumerate(expected):
            for problem in _unknown(scenario, expectation, known):
                raise lines.error(section, index, problem)
    expectations = [*scenario.expectations, *scenario.gates]
    contradicted = contradiction(expectations, scenario.duration_s)
    if contradicted is not None:
        raise lines.error("expect", 0, contradicted)


def _check_vehicles(scenario: Scenario, lines: Lines) -> None:
    names: set[str] = set()
    for index, entry in enumerate(scenario.vehicles):
        if entry.name in names:
            raise lines.error("vehicles", index, f"vehicle {entry.name!r} stands twice")
        names.add(entry.name)
        if index and entry.perception is not Perception.HEARTBEAT:
            raise lines.error(
                "vehicles",
                index,
                f"{entry.name!r} is a light vehicle, only the first one can see: leave out"
                " perception",
            )
        _check_vehicle(scenario.patrol_map, entry, index, lines)
    hulls = [footprint(scenario.spec, scenario.start)]
    for index, other in enumerate(scenario.companions, start=1):
        hull = footprint(other.spec, other.start)
        if any(hull.intersects(before) for before in hulls):
            raise lines.error(
                "vehicles", index, f"{other.entry.name!r} would start inside another vehicle"
            )
        hulls.append(hull)


def _check_vehicle(patrol_map: PatrolMap, entry: VehicleEntry, index: int, lines: Lines) -> None:
    try:
        start = start_of(patrol_map, entry)
        for checkpoint in entry.checkpoints:
            patrol_map.checkpoint(checkpoint)
        address_of(entry.name)
    except (MapError, ScenarioError, ValueError) as error:
        raise lines.error("vehicles", index, str(error)) from None
    house = _house_at(patrol_map, start.x_m, start.y_m)
    if house:
        raise lines.error("vehicles", index, f"{entry.name!r} would start inside building {house}")
    for node_id in entry.nodes:
        if node_id not in patrol_map.nodes:
            raise lines.error("vehicles", index, f"{patrol_map.map_id} has no node {node_id}")


def _check_actors(scenario: Scenario, lines: Lines) -> None:
    names = {entry.name for entry in scenario.vehicles}
    for index, actor in enumerate(scenario.actors):
        if actor.name in names:
            raise lines.error("actors", index, f"actor {actor.name!r} stands twice")
        names.add(actor.name)
        for x_m, y_m in actor.places_map if actor.needs_free_ground else ():
            house = _house_at(scenario.patrol_map, x_m, y_m)
            if house:
                raise lines.error(
                    "actors",
                    index,
                    f"actor {actor.name!r} at ({x_m:.1f}, {y_m:.1f}) is inside building {house}",
                )
    names = {actor.name for actor in scenario.actors}
    for index, actor in enumerate(scenario.actors):
        for name in unknown_names(actor, names):
            message = f"actor {actor.name!r} names {name!r}, who is no actor"
            raise lines.error("actors", index, message)


def _house_at(patrol_map: PatrolMap, x_m: float, y_m: float) -> str | None:
    point = Point(x_m, y_m)
    for building in patrol_map.buildings:
        if Polygon(building.polygon_map).covers(point):
            return building.id
    return None


def _check_names(scenario: Scenario, lines: Lines) -> frozenset[str]:
    """Names of events and faults; each stands once."""
    names = {START}
    for section, entries in (("events", scenario.events), ("faults", scenario.faults)):
        for index, entry in enumerate(entries):
            title: str = entry.title
            if title in names:
                raise lines.error(section, index, f"{title!r} stands twice; give it a name")
            names.add(title)
    return frozenset(names)


def _problems(scenario: Scenario, entry: Event | Fault, known: frozenset[str]) -> Iterator[str]:
    """What is wrong with an event or an injected fault."""
    patrol_map = scenario.patrol_map
    if entry.at_s is not None and entry.at_s >= scenario.duration_s:
        yield f"at_s: {entry.at_s:g} is after the scenario's end ({scenario.duration_s:g} s)"
    if entry.when is not None:
        yield from _when_problems(patrol_map, entry.when, entry.title, known)
    if isinstance(entry, CloseStreet):
        yield from (
            f"{patrol_map.map_id} has no edge {edge_id}"
            for edge_id in entry.edge_ids
            if edge_id not in patrol_map.edges
        )
    if isinstance(entry, SendOrder):
        try:
            for checkpoint in entry.checkpoints:
                patrol_map.checkpoint(checkpoint)
        except MapError as error:
            yield str(error)
    if isinstance(entry, SetSignal):
        yield from _crosswalk_problem(patrol_map, entry.crosswalk)


def _when_problems(
    patrol_map: PatrolMap, when: When, title: str, known: frozenset[str]
) -> Iterator[str]:
    if when.after and (when.after not in known or when.after == title):
        yield f"after: {when.after!r} is no other event or fault"
    if when.near is not None:
        yield from _place_problem(patrol_map, when.near)


def _place_problem(patrol_map: PatrolMap, place: Place) -> Iterator[str]:
    try:
        place_map(patrol_map, place)
    except ScenarioError as error:
        yield str(error)


def _crosswalk_problem(patrol_map: PatrolMap, crosswalk: str) -> Iterator[str]:
    known = [c.id for c in patrol_map.crosswalks if c.signalled]
    if crosswalk not in known:
        yield f"no signalled crosswalk {crosswalk!r}; known: {', '.join(known) or 'none'}"


def _unknown(scenario: Scenario, expectation: Expectation, known: frozenset[str]) -> Iterator[str]:
    """What an expectation speaks of and the scenario does not have."""
    patrol_map = scenario.patrol_map
    light = [companion.entry.name for companion in scenario.companions]
    if expectation.vehicle and expectation.vehicle not in (scenario.vehicle.name, *light):
        listed = ", ".join((scenario.vehicle.name, *light))
        yield f"{expectation.KIND}: no vehicle {expectation.vehicle!r}; known: {listed}"
    if expectation.vehicle in light and expectation.KIND not in OF_LIGHT:
        yield (
            f"{expectation.KIND}: {expectation.vehicle!r} is a light vehicle, for which only these"
            f" can be judged: {', '.join(sorted(OF_LIGHT))}"
        )
    for name in expectation.names:
        if name not in known:
            listed = ", ".join(sorted(known)) or "none"
            yield f"{expectation.KIND}: no event or fault {name!r}; known: {listed}"
    if isinstance(expectation, Reaches):
        try:
            if expectation.checkpoint:
                patrol_map.checkpoint(expectation.checkpoint)
        except MapError as error:
            yield str(error)
        if expectation.node is not None and expectation.node not in patrol_map.nodes:
            yield f"{patrol_map.map_id} has no node {expectation.node}"
    zone = getattr(expectation, "zone", "")
    if isinstance(expectation, SpeedAtMost | StaysInside) and zone:
        ids = [z.id for z in patrol_map.zones]
        if zone not in ids:
            yield f"no zone {zone!r}; known: {', '.join(ids) or 'none'}"
    names = [actor.name for actor in scenario.actors]
    for name in expectation.actors:
        if name not in names and not (expectation.READS_SCENE and name.startswith(LAMP)):
            yield f"no actor {name!r}; known: {', '.join(names) or 'none'}"
    for place in expectation.places:
        yield from _place_problem(patrol_map, place)
    if isinstance(expectation, CrossesOnWalk):
        yield from _crosswalk_problem(patrol_map, expectation.crosswalk)
