"""What is generated is SDFormat by libsdformat's own schema: nothing in it is made up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from patrol.vehicle import DropRangerSpec, UltrasonicSpec, VehicleSpec
from patrol_description.urdf import urdf_of
from simulation.gazebo.elements import document
from simulation.gazebo.vehicle_sdf import vehicle_model
from simulation.gazebo.world_sdf import SDF_VERSION
from simulation.types import SensorOptions

Judge = Callable[[Path], list[str]]


def test_the_world_parses_without_a_complaint(folder: Path, complaints: Judge) -> None:
    assert complaints(folder / "world.sdf") == []


def test_the_vehicle_alone_parses_without_a_complaint(folder: Path, complaints: Judge) -> None:
    assert complaints(folder / "vehicle.sdf") == []


def test_a_vehicle_with_every_sort_of_sensor_parses(
    goalie_spec: VehicleSpec, tmp_path: Path, complaints: Judge
) -> None:
    heat = replace(goalie_spec.cameras[0], name="heat", width_px=160, height_px=120)
    left = UltrasonicSpec("left", 1.2, 0.3, 0.3, 0.4, 0.5, 0.02, 4.0, 10.0)
    down = DropRangerSpec("down", 1.2, 0.3, 1.0, 0.4, 0.6, 0.1, 4.0, 20.0)
    spec = replace(goalie_spec, thermal_cameras=(heat,), ultrasonics=(left,), drop_rangers=(down,))
    root = Element("sdf", version=SDF_VERSION)
    root.append(vehicle_model(urdf_of(spec), spec.name, SensorOptions()))
    path = tmp_path / "vehicle.sdf"
    path.write_text(document(root))
    assert complaints(path) == []
    kinds = {sensor.attrib["name"]: sensor.attrib["type"] for sensor in root.iter("sensor")}
    assert kinds["heat"] == "thermal_camera"
    assert kinds["left"] == kinds["down"] == "gpu_lidar"


@pytest.mark.parametrize(
    "place",
    ["physics", "light", "actor/script/trajectory", "model/link/sensor/lidar/scan", "scene/fog",
     "model/link/collision/surface", "spherical_coordinates"],
)  # fmt: skip
def test_the_gate_refuses_a_misspelt_element(place: str, folder: Path, complaints: Judge) -> None:
    tree = ElementTree.parse(folder / "world.sdf")
    element = tree.getroot().find(f"world/{place}")
    assert element is not None, place
    ElementTree.SubElement(element, "frequenzy").text = "1"
    path = folder / "misspelt.sdf"  # beside the meshes
    tree.write(path)
    assert any("frequenzy" in line for line in complaints(path))


def test_every_mesh_is_there(sdf: Element, folder: Path) -> None:
    named = {uri.text for uri in sdf.iter("uri") if uri.text}
    assert named
    for name in named:
        assert (folder / name).is_file(), name
    libraries = {path.with_suffix(".mtl") for path in folder.glob("meshes/actor_*.obj")}
    assert libraries
    assert all(path.is_file() for path in libraries)


def test_names_are_unique_among_siblings(sdf: Element) -> None:
    for parent in sdf.iter():
        for tag in ("model", "actor", "light", "link", "collision", "visual", "sensor", "joint"):
            names = [child.attrib.get("name", "") for child in parent.findall(tag)]
            if tag == "collision" and parent.tag == "contact":
                continue  # a name of a collision, not one
            assert len(names) == len(set(names)), f"{tag} in {parent.attrib}"
            assert not any("::" in name or name.startswith("__") for name in names)


def test_it_is_the_version_that_fortress_reads(folder: Path) -> None:
    assert ElementTree.parse(folder / "world.sdf").getroot().attrib["version"] == "1.9"
