"""For colcon (ament_python) on a full ROS 2; from wheels the repository's environment has it."""

from setuptools import setup

setup(
    name="patrol_bringup",
    version="0.1.0",
    packages=["patrol_bringup"],
    package_data={"patrol_bringup": ["fastdds.xml"]},
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/patrol_bringup"]),
        ("share/patrol_bringup", ["package.xml"]),
        ("share/patrol_bringup/launch", ["launch/vehicle.launch.py"]),
    ],
    license="Apache-2.0",
)
