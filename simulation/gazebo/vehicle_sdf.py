"""The vehicle's SDF model, made of its URDF.

Gazebo would convert the URDF itself; doing it here lets the tests check what Gazebo loads, and
keeps sensors and frames under our names. The rules are those of sdformat's converter: links on
fixed joints become frames of the link that they hang on (their shapes and inertia move there, one
inertia for each such group), `<gazebo reference=LINK>` puts sensors into the link and its
`<collision>` into every collision of it, `<gazebo reference=JOINT>` holds a spring, a `<gazebo>`
without reference holds plugins of the model.
"""

from __future__ import annotations

import copy
import math
from collections import defaultdict
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from patrol.errors import ConfigError
from simulation.gazebo.elements import add, add_material, add_pose, number, numbers
from simulation.types import SensorOptions

ROOT_LINK = "base_link"
JOINT_TYPES = {"continuous": "revolute", "revolute": "revolute", "prismatic": "prismatic"}
HULL_RGB, WHEEL_RGB = (0.92, 0.93, 0.95), (0.1, 0.1, 0.1)


@dataclass(frozen=True)
class _Place:
    """A pose: rotation (3, 3) and position (3,)."""

    rotation: NDArray[np.float64]
    position: NDArray[np.float64]

    @classmethod
    def of(cls, origin: Element | None) -> _Place:
        attributes = {} if origin is None else origin.attrib
        rpy = [float(word) for word in attributes.get("rpy", "0 0 0").split()]
        xyz = [float(word) for word in attributes.get("xyz", "0 0 0").split()]
        return cls(Rotation.from_euler("xyz", rpy).as_matrix(), np.array(xyz))

    def __matmul__(self, other: _Place) -> _Place:
        return _Place(
            self.rotation @ other.rotation, self.position + self.rotation @ other.position
        )

    def write(self, parent: Element) -> Element:
        rpy = Rotation.from_matrix(self.rotation).as_euler("xyz")
        return add_pose(parent, self.position.tolist(), rpy.tolist())


HERE = _Place(np.eye(3), np.zeros(3))


def vehicle_model(urdf: str, name: str, options: SensorOptions) -> Element:
    """The `<model>` element; IMU noise from `options`.

    Raises ConfigError where the URDF holds what the rules above do not cover.
    """
    converter = _Converter(ElementTree.fromstring(urdf), options)
    return converter.model(name)


class _Converter:
    def __init__(self, robot: Element, options: SensorOptions) -> None:
        self._options = options
        self._links = {link.attrib["name"]: link for link in robot.findall("link")}
        self._joints = robot.findall("joint")
        self._parent_joint = {_link(joint, "child"): joint for joint in self._joints}
        self._extensions: defaultdict[str, list[Element]] = defaultdict(list)
        for gazebo in robot.findall("gazebo"):
            self._extensions[gazebo.attrib.get("reference", "")] += list(gazebo)

    def model(self, name: str) -> Element:
        """Links, frames, joints, then the model's plugins."""
        model = Element("model", name=name)
        links = {
            name: self._add_link(model, name)
            for name in self._links
            if self._place_of(name)[0] == name
        }
        for name in self._links:
            owner, place = self._place_of(name)
            if name not in links:
                frame = add(model, "frame", name=name, attached_to=owner)
                place.write(frame).set("relative_to", owner)
            self._fill(links[owner], name, place)
        for joint in self._joints:
            if joint.attrib["type"] != "fixed":
                self._add_joint(model, joint)
        for element in self._extensions[""]:
            model.append(copy.deepcopy(element))
        return model

    def _place_of(self, name: str) -> tuple[str, _Place]:
        """The link that a link is rigidly part of, and where in it."""
        joint = self._parent_joint.get(name)
        if joint is None or joint.attrib["type"] != "fixed":
            return name, HERE
        owner, place = self._place_of(_link(joint, "parent"))
        return owner, place @ _Place.of(joint.find("origin"))

    def _place_in_model(self, name: str) -> _Place:
        joint = self._parent_joint.get(name)
        if joint is None:
            return HERE
        return self._place_in_model(_link(joint, "parent")) @ _Place.of(joint.find("origin"))

    def _add_link(self, model: Element, name: str) -> Element:
        link = add(model, "link", name=name)
        self._place_in_model(name).write(link)
        return link

    def _fill(self, link: Element, name: str, place: _Place) -> None:
        source, extensions = self._links[name], self._extensions[name]
        inertial = source.find("inertial")
        if inertial is not None:
            _add_inertial(link, inertial, place)
        rgb = HULL_RGB if place is not HERE or name == ROOT_LINK else WHEEL_RGB
        blobs = [element for element in extensions if element.tag == "collision"]
        for kind in ("visual", "collision"):
            for i, shape in enumerate(source.findall(kind)):
                made = add(link, kind, name=shape.attrib.get("name", f"{name}_{kind}_{i}"))
                (place @ _Place.of(shape.find("origin"))).write(made)
                made.append(_geometry(shape))
                if kind == "visual":
                    add_material(made, rgb)
                for blob in blobs if kind == "collision" else ():
                    made.extend(copy.deepcopy(list(blob)))
        for element in extensions:
            if element.tag == "sensor":
                self._add_sensor(link, element, name, place)

    def _add_sensor(self, link: Element, source: Element, frame: str, place: _Place) -> None:
        sensor = copy.deepcopy(source)
        if place is not HERE:
            pose = Element("pose", relative_to=frame)
            pose.text = "0 0 0 0 0 0"
            sensor.insert(0, pose)
        if sensor.attrib["type"] == "imu":
            _add_imu_noise(sensor, self._options)
        link.append(sensor)

    def _add_joint(self, model: Element, source: Element) -> None:
        name, kind = source.attrib["name"], source.attrib["type"]
        if kind not in JOINT_TYPES:
            raise ConfigError(
                f"joint {name}: type {kind!r} is none of: fixed, {', '.join(JOINT_TYPES)}"
            )
        joint = add(model, "joint", name=name, type=JOINT_TYPES[kind])
        add(joint, "parent", self._place_of(_link(source, "parent"))[0])
        add(joint, "child", _link(source, "child"))
        axis = add(joint, "axis")
        direction = source.find("axis")
        add(axis, "xyz", "1 0 0" if direction is None else direction.attrib["xyz"])
        _add_limit(axis, source)
        _add_dynamics(axis, source, self._extensions[name])


def _link(joint: Element, side: str) -> str:
    element = joint.find(side)
    if element is None:
        raise ConfigError(f"joint {joint.attrib['name']}: has no {side}")
    return element.attrib["link"]


def _add_inertial(link: Element, source: Element, place: _Place) -> None:
    if link.find("inertial") is not None:
        raise ConfigError(f"link {link.attrib['name']}: two inertias on one rigid body")
    inertial = add(link, "inertial")
    (place @ _Place.of(source.find("origin"))).write(inertial)
    mass, moments = source.find("mass"), source.find("inertia")
    if mass is None or moments is None:
        raise ConfigError(f"link {link.attrib['name']}: an inertia without mass or moments")
    add(inertial, "mass", float(mass.attrib["value"]))
    inertia = add(inertial, "inertia")
    for key in ("ixx", "ixy", "ixz", "iyy", "iyz", "izz"):
        add(inertia, key, float(moments.attrib[key]))


def _geometry(shape: Element) -> Element:
    """URDF keeps sizes in attributes, SDF in elements."""
    geometry = Element("geometry")
    for source in shape.findall("geometry/*"):
        made = add(geometry, source.tag)
        for key, value in source.attrib.items():
            add(made, key, numbers([float(word) for word in value.split()]))
    return geometry


def _add_limit(axis: Element, source: Element) -> None:
    limit = add(axis, "limit")
    given = source.find("limit")
    attributes = {} if given is None else given.attrib
    if source.attrib["type"] != "continuous":
        for key in ("lower", "upper"):
            add(limit, key, float(attributes[key]))
    for key in ("effort", "velocity"):
        if key in attributes and math.isfinite(float(attributes[key])):
            add(limit, key, float(attributes[key]))


def _add_dynamics(axis: Element, source: Element, extensions: list[Element]) -> None:
    given = source.find("dynamics")
    spring = {element.tag: float(element.text or 0) for element in extensions}
    if given is None and not spring:
        return
    dynamics = add(axis, "dynamics")
    if given is not None:
        add(dynamics, "damping", float(given.attrib.get("damping", 0)))
    for tag, key in (
        ("springReference", "spring_reference"),
        ("springStiffness", "spring_stiffness"),
    ):
        if tag in spring:
            add(dynamics, key, spring[tag])


def _add_imu_noise(sensor: Element, options: SensorOptions) -> None:
    imu = add(sensor, "imu")
    add(add(imu, "orientation_reference_frame"), "localization", "ENU")
    for kind, sigma, bias in (
        ("angular_velocity", options.yaw_rate_noise_radps, options.yaw_rate_bias_radps),
        ("linear_acceleration", options.acceleration_noise_mps2, 0.0),
    ):
        group = add(imu, kind)
        for axis in "xyz":
            noise = add(add(group, axis), "noise", type="gaussian")
            add(noise, "mean", 0.0)
            add(noise, "stddev", sigma)
            if bias:
                add(noise, "bias_mean", "0")
                add(noise, "bias_stddev", number(bias))
