"""Figures of actors for the eye, and the bodies that stand for them in the physics."""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element

import numpy as np

from patrol.errors import ConfigError
from simulation.actors.company import ActorNow
from simulation.camera.figures import figure_key, shape_for
from simulation.gazebo.elements import add_collision, box, capsule, sdf_name
from simulation.gazebo.meshes import Files
from simulation.gazebo.shapes import shape_files
from simulation.mujoco.groups import OBSTACLE_BIT


def figure_files(path: str, now: ActorNow) -> Files:
    """The embedded camera's figure of an actor at one moment, as an OBJ at `path`."""
    key = figure_key(now.spec.kind, now.state)
    shape = shape_for(now.outfit, now.spec.kind, key)
    return shape_files(path, shape)


def add_body(link: Element, body: Element) -> None:
    """The collisions of an MJCF `<body>`: capsules between two points, and boxes.

    Raises ConfigError for another shape.
    """
    for geom in body.findall("geom"):
        name, kind = sdf_name(geom.attrib["name"]), geom.attrib["type"]
        size = _floats(geom, "size")
        if kind == "capsule":
            ends = np.array(_floats(geom, "fromto")).reshape(2, 3)
            along = ends[1] - ends[0]
            lean = math.atan2(math.hypot(along[0], along[1]), along[2])
            rpy = (0.0, lean, math.atan2(along[1], along[0]))
            shape = capsule(size[0], float(np.linalg.norm(along)))
            middle = ends.mean(axis=0).tolist()
        elif kind == "box":
            shape, middle, rpy = box([2 * s for s in size]), _floats(geom, "pos"), (0.0, 0.0, 0.0)
        else:
            raise ConfigError(f"{name}: a {kind} has no counterpart in the Gazebo export")
        add_collision(link, name, shape, middle, rpy, bits=OBSTACLE_BIT)


def _floats(geom: Element, key: str) -> list[float]:
    return [float(word) for word in geom.attrib[key].split()]
