"""For colcon (ament_python) on a full ROS 2; from wheels the repository's environment has it."""

from setuptools import setup

setup(
    name="patrol_ros",
    version="0.1.0",
    packages=["patrol_ros"],
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/patrol_ros"]),
        ("share/patrol_ros", ["package.xml"]),
    ],
    license="Apache-2.0",
    entry_points={"console_scripts": ["process = patrol_ros.process:main"]},
)
