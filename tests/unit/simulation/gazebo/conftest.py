"""One small world with everything in it, exported once, and libsdformat's judgement of a text."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pydrake.multibody.parsing import Parser
from pydrake.multibody.plant import AddMultibodyPlantSceneGraph
from pydrake.systems.framework import DiagramBuilder

from patrol.map_geojson import load_map
from patrol_description.urdf import urdf_of
from simulation.actors.kinds import ActorKind, Posture
from simulation.actors.people import stays, walks
from simulation.actors.spec import ActorSpec
from simulation.conditions import Conditions, Weather
from simulation.gazebo.export import export_world
from simulation.gazebo.source import Source, dock_pose
from simulation.world import World, build_world

ROOT = Path(__file__).parents[4]
GROUND = ROOT / "maps" / "proving_ground.geojson"
# What Gazebo reads and drake, which parses the same SDFormat, has no use for.
NOT_FOR_DRAKE = re.compile(
    r"Ignoring unsupported SDFormat element in (world: (physics|plugin|gravity|atmosphere|scene"
    r"|spherical_coordinates|light|actor)|(model|visual): plugin|link: sensor)$"
)


@pytest.fixture(scope="session")
def world() -> World:
    patrol_map = load_map(GROUND)
    edge = next(iter(patrol_map.edges.values()))
    a, b = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    way = ((a.x_m, a.y_m), (b.x_m, b.y_m))
    actors = (
        stays("guard", (a.x_m + 1.0, a.y_m + 1.0)),
        stays("fallen", (a.x_m, a.y_m), Posture.LYING_SIDE, 0.4),
        walks("walker", way, 1.2),
        ActorSpec("rex", ActorKind.DOG, (b.x_m, b.y_m)),
        ActorSpec("bag", ActorKind.BAG, (b.x_m + 1.0, b.y_m)),
        ActorSpec("blaze", ActorKind.FIRE, (b.x_m + 3.0, b.y_m)),
    )
    rain = Conditions(hour_h=22.0, weather=Weather.RAIN)
    return build_world(patrol_map, actors, parked_cars=6, seed=5, conditions=rain)


@pytest.fixture(scope="session")
def folder(world: World, goalie_spec, tmp_path_factory) -> Path:  # type: ignore[no-untyped-def]
    out: Path = tmp_path_factory.mktemp("gazebo") / "world"
    start = dock_pose(world.patrol_map, "")
    export_world(Source(world, goalie_spec, start), urdf_of(goalie_spec), out)
    return out


@pytest.fixture(scope="session")
def goalie_spec():  # type: ignore[no-untyped-def]
    from patrol.vehicle import load_vehicle

    return load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")


@pytest.fixture(scope="session")
def sdf(folder: Path) -> ElementTree.Element:
    root = ElementTree.parse(folder / "world.sdf").getroot().find("world")
    assert root is not None
    return root


def without_actor_links(path: Path) -> Path:
    """A copy beside the file in which every actor's link stands in a model of its own.

    libsdformat loads links of actors with a parser configuration that drake forbids.
    """
    tree = ElementTree.parse(path)
    for world in tree.getroot().findall("world"):
        for i, actor in enumerate(world.findall("actor")):
            model = ElementTree.SubElement(world, "model", name=f"of_actor_{i}")
            ElementTree.SubElement(model, "static").text = "true"
            for link in actor.findall("link"):
                actor.remove(link)
                model.append(link)
    copy = path.with_name(f"checked_{path.name}")
    tree.write(copy)
    return copy


@pytest.fixture
def complaints(caplog: pytest.LogCaptureFixture) -> Callable[[Path], list[str]]:
    """Everything that libsdformat says against a file, but for what drake has no use for."""

    def judge(path: Path) -> list[str]:
        plant, _ = AddMultibodyPlantSceneGraph(DiagramBuilder(), 0.0)
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="drake"):
            try:
                Parser(plant).AddModels(str(without_actor_links(path)))
            except RuntimeError as error:
                return [str(error)]
        said = [record.getMessage() for record in caplog.records]
        return [line for line in said if not NOT_FOR_DRAKE.search(line)]

    return judge
