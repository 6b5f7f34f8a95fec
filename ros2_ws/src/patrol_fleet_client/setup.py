"""For colcon (ament_python) on a full ROS 2; from wheels the repository's environment has it."""

from setuptools import setup

setup(
    name="patrol_fleet_client",
    version="0.1.0",
    packages=["patrol_fleet_client"],
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/patrol_fleet_client"]),
        ("share/patrol_fleet_client", ["package.xml"]),
    ],
    license="Apache-2.0",
)
