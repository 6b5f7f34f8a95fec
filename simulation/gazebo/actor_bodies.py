"""The bodies that stand for actors in the physics."""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element

import numpy as np

from patrol.errors import ConfigError
from simulation.gazebo.elements import add_collision, box, capsule, sdf_name
from simulation.mujoco.groups import OBSTACLE_BIT


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
