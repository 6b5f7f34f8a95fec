"""For colcon (ament_python) on a full ROS 2; from wheels the repository's environment has it."""

from setuptools import setup

setup(
    name="patrol_description",
    version="0.1.0",
    packages=["patrol_description"],
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/patrol_description"]),
        ("share/patrol_description", ["package.xml"]),
        ("share/patrol_description/urdf", ["urdf/vehicle.urdf.xacro"]),
    ],
    license="Apache-2.0",
)
