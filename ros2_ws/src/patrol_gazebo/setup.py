"""For colcon (ament_python) on a full ROS 2; from wheels the repository's environment has it."""

from setuptools import setup

setup(
    name="patrol_gazebo",
    version="0.1.0",
    packages=["patrol_gazebo"],
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/patrol_gazebo"]),
        ("share/patrol_gazebo", ["package.xml"]),
        ("share/patrol_gazebo/launch", ["launch/gazebo.launch.py"]),
    ],
    license="Apache-2.0",
)
