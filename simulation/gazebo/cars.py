"""Parked cars: the two boxes of the embedded physics, and the embedded camera's body."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from simulation.camera.cars import PAINTS, car_shape
from simulation.camera.shape import AIR
from simulation.gazebo.elements import add, add_collision, add_pose, box, mesh, static_model
from simulation.gazebo.meshes import Files
from simulation.gazebo.shapes import shape_files
from simulation.mujoco.groups import OBSTACLE_BIT
from simulation.props import ParkedCar


def cars_model(cars: Sequence[ParkedCar]) -> tuple[Element, Files]:
    """All parked cars, and a mesh for each body and paint among them."""
    model, link = static_model("parked_cars")
    files: Files = {}
    for i, car in enumerate(cars):
        name, rpy = f"parked car {i}", (car.roll_rad, car.pitch_rad, car.yaw_rad)
        for solid in car.boxes:
            xyz = (car.x_m, car.y_m, car.z_m + (solid.low_m + solid.high_m) / 2)
            shape = box(solid.size_m)
            add_collision(link, name + solid.suffix, shape, xyz, rpy, bits=OBSTACLE_BIT)
        visual = add(link, "visual", name=name)
        add_pose(visual, (car.x_m, car.y_m, car.z_m), rpy)
        visual.append(mesh(_body(car, files)))
    return model, files


def _body(car: ParkedCar, files: Files) -> str:
    """The path of a car's mesh, written where it is the first of its kind."""
    paint = car.paint % len(PAINTS)
    path = f"meshes/car_{car.body}_{paint}.obj"
    if path not in files:
        files |= shape_files(path, car_shape(car.body, PAINTS[paint], AIR))
    return path
