"""For colcon (ament_python) on a full ROS 2; from wheels the repository's environment has it."""

from setuptools import setup

setup(
    name="patrol_base",
    version="0.1.0",
    packages=["patrol_base", "patrol_base.hardware"],
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/patrol_base"]),
        ("share/patrol_base", ["package.xml"]),
    ],
    license="Apache-2.0",
)
