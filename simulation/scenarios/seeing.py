"""Seeing: ONE table of kinds × variants × seeds, unfolded into scenarios with a truth.

A file with `kinds` is such a table. Every kind of incident has a definition, events that meet it
and look-alikes that do not; what a variant leaves open is drawn by seed: looks, place, side,
distance, hour, weather, the vehicle's speed. Each becomes a scenario as a person could have
written it, with gates that the scene itself must pass, and what perception must make of it
(`simulation.scenarios.scene_truth`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from patrol.config import build
from patrol.errors import ConfigError
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from simulation.scenarios.define_places import watched_zone
from simulation.scenarios.draws import Drawer
from simulation.scenarios.load import make_scenario
from simulation.scenarios.places import Place, place_map
from simulation.scenarios.reference_run import FROM_M, STEP_M, TO_M
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.scene import LAMP
from simulation.scenarios.scene_truth import SceneTruth
from simulation.scenarios.seeing_file import (
    CaseKeys,
    KindKeys,
    SeeingFile,
    Setting,
    Side,
    TruthEntry,
)
from simulation.scenarios.sites import AFTER_S, NOSE_M, SiteLine, Stage
from simulation.world import ScenarioError


def _keys(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind))


SETTING, TRUTH, SCENE = _keys(Setting), _keys(TruthEntry), ("actors", "events", "faults")
OF_SCENARIO = ("hour_h", "weather", "rain_mmph", "visibility_m", "parked_cars")
CASE = (*_keys(CaseKeys), *SETTING, *TRUTH, *SCENE)
KIND = (*_keys(KindKeys), *SETTING, *TRUTH)


def load_seeing(
    data: Any,
    path: Path,
    scenario_id: str,
    seeds: Sequence[int] | None = None,
    read_map: Callable[[Path], PatrolMap] = load_map,
) -> list[Scenario]:
    """Every case of a table for each seed (none given: the table's own).

    Raises ConfigError, MapError, ScenarioError: one line with file, line and key.
    """
    table = _Table(data, path, scenario_id, read_map)
    chosen = range(table.file.seeds) if seeds is None else seeds
    return [scenario for raw in data["kinds"] for scenario in table.unfolded(raw, chosen)]


class _Table:
    """A file on its way to scenarios."""

    def __init__(
        self, data: Any, path: Path, scenario_id: str, read_map: Callable[[Path], PatrolMap]
    ) -> None:
        self.file = build(SeeingFile, data, str(path))
        self._path, self._id = path, scenario_id
        patrol_map = read_map((path.parent / self.file.map).resolve())
        self._read_map: Callable[[Path], PatrolMap] = lambda _: patrol_map
        self._read_vehicle = cache(load_vehicle)
        self._sites = {
            name: SiteLine(f"{path}:{data['sites'].lines[name]}", name, entry, patrol_map)
            for name, entry in self.file.sites.items()
        }

    def unfolded(self, raw: Any, seeds: Sequence[int]) -> Iterator[Scenario]:
        """A kind's events, then its look-alikes."""
        self._check_keys("kinds", raw, KIND)
        kind = build(KindKeys, _picked(_keys(KindKeys), raw), str(self._path))
        names: set[str] = set()
        for section in ("events", "lookalikes"):
            for case in raw[section]:
                self._check_keys(section, case, CASE)
                own = build(CaseKeys, _picked(_keys(CaseKeys), case), str(self._path))
                if own.name in names:
                    raise ConfigError(f"{self._path}:{case.line}: name: {own.name!r} stands twice")
                names.add(own.name)
                for seed in seeds:
                    yield self._scenario(kind, own, raw, case, seed, section == "events")

    def _scenario(
        self, kind: KindKeys, own: CaseKeys, raw: Any, case: Any, seed: int, is_event: bool
    ) -> Scenario:
        name, where = own.name, str(self._path)
        rng = np.random.default_rng([seed, *f"{kind.incident}/{name}".encode()])
        drawer = Drawer(where, rng)
        for lets in (kind.lets, own.lets):
            drawer.lets |= drawer.drawn(lets)
        setting = build(Setting, drawer.drawn(_picked(SETTING, raw, case)), where)
        try:
            site = self._site(setting)
            stage = self._staged(site, setting, drawer, rng)
            content = drawer.drawn(_picked(SCENE, case))
            label = drawer.drawn(_picked(TRUTH, raw, case))
        except ScenarioError as error:
            raise ScenarioError(f"{where}:{case.line}: {name}: {error}") from None
        sort = "event" if is_event else "look-alike"
        content |= {
            "title": f"{kind.incident}, {sort}: {name.replace('_', ' ')}",
            "map": str(self.file.map),
            "seed": int(rng.integers(2**31)),
            "duration_s": setting.needs_s + AFTER_S,
            "vehicles": [self._vehicle(site, stage, setting)],
        }
        content |= {key: getattr(setting, key) for key in OF_SCENARIO}
        scenario_id = f"{self._id}/{kind.incident}/{name}-{seed}"
        made = make_scenario(
            content, self._path, scenario_id, None, self._read_map, self._read_vehicle
        )
        entry = build(TruthEntry, label, where)
        try:
            truth = self._truth(made, kind, entry, seed, is_event)
            gates, expectations = truth.gates, truth.expectations
        except (ScenarioError, ValueError) as error:
            raise ScenarioError(f"{where}:{case.line}: {error}") from None
        speed_mps = stage.speed_mps or made.spec.max_speed_mps
        return dataclasses.replace(
            made,
            patrol_map=_with_zone(made.patrol_map, entry),
            spec=dataclasses.replace(made.spec, max_speed_mps=speed_mps),
            truth=truth,
            gates=gates,
            expectations=expectations,
            expected_failure=own.fails.get(str(seed), kind.expected_failure),
            reference_poses=_line_before(made, site, stage) if kind.reference_run else (),
        )

    @staticmethod
    def _truth(
        made: Scenario, kind: KindKeys, entry: TruthEntry, seed: int, is_event: bool
    ) -> SceneTruth:
        """The label; raises ScenarioError where it names nobody or no place of the scene."""
        names = [actor.name for actor in made.actors]
        who = entry.who or tuple(names[:1])
        for name in who:
            if name not in names and not name.startswith(LAMP):
                known = ", ".join(names) or "none"
                raise ScenarioError(f"who: no actor {name!r}; known: {known}")
        for place in entry.definition.places:
            place_map(made.patrol_map, place)
        return SceneTruth(
            kind.incident, is_event, entry.definition, who, entry.sight, entry.within_m, seed,
            asked_of_all=not entry.who,
        )  # fmt: skip

    def _staged(
        self, site: SiteLine, setting: Setting, drawer: Drawer, rng: np.random.Generator
    ) -> Stage:
        """Choose place and side; from now on the drawer knows where things are."""
        side = site.entry.sides[int(rng.integers(len(site.entry.sides)))]
        stage = site.stage(setting, rng)
        drawer.side = 1 if side is Side.LEFT else -1
        drawer.place_of = lambda ahead_m, out_m: site.place(
            stage.middle_m + ahead_m, drawer.side * (setting.out_m + out_m)
        )
        return stage

    def _vehicle(self, site: SiteLine, stage: Stage, setting: Setting) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "start": site.place(stage.start_m, 0.0),
            "perception": setting.perception.value,
        }
        if self.file.spec is not None:
            entry["spec"] = str(self.file.spec)
        if stage.speed_mps > 0:
            entry["nodes"] = site.nodes_from(stage.start_m)
        return entry

    def _site(self, setting: Setting) -> SiteLine:
        if setting.site not in self._sites:
            known = ", ".join(self._sites)
            raise ScenarioError(f"site: {setting.site!r} is unknown; known: {known}")
        return self._sites[setting.site]

    def _check_keys(self, section: str, entry: Any, allowed: Iterable[str]) -> None:
        if not isinstance(entry, dict):
            raise ConfigError(f"{self._path}: {section}: expected a mapping, got {entry!r}")
        for key in entry:
            if key not in allowed:
                line = getattr(entry, "lines", {}).get(key)
                raise ConfigError(
                    f"{self._path}:{line}: {section}: unknown key {key!r};"
                    f" allowed: {', '.join(allowed)}"
                )


def _line_before(made: Scenario, site: SiteLine, stage: Stage) -> tuple[Pose2, ...]:
    """Where base_link was when the reference views of a scene were made."""
    along_m = stage.middle_m - NOSE_M - np.arange(FROM_M, TO_M, -STEP_M)
    places = [Place(**site.place(float(s), 0.0)) for s in along_m if s >= 0]
    return tuple(place_map(made.patrol_map, place) for place in places)


def _with_zone(patrol_map: PatrolMap, entry: TruthEntry) -> PatrolMap:
    """The map as the operator drew it: with the zone that the label speaks of, if it does."""
    zone = watched_zone(entry.definition, patrol_map)
    if zone is None:
        return patrol_map
    return dataclasses.replace(patrol_map, zones=(*patrol_map.zones, zone))


def _picked(keys: Iterable[str], *entries: Any) -> Any:
    """Some keys of entries, later ones first; lines kept."""
    picked = type(entries[-1])()
    picked.lines, picked.line = {}, entries[-1].line
    for entry in entries:
        for key in keys:
            if key in entry:
                picked[key], picked.lines[key] = entry[key], entry.lines[key]
    return picked
