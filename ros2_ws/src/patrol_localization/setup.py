"""For colcon (ament_python) on a full ROS 2; from wheels the repository's environment has it."""

from setuptools import setup

setup(
    name="patrol_localization",
    version="0.1.0",
    packages=["patrol_localization"],
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/patrol_localization"]),
        ("share/patrol_localization", ["package.xml"]),
    ],
    license="Apache-2.0",
)
