"""Gazebo, its bridge and the unchanged vehicle: the same process table, another world.

ros2 launch patrol_gazebo gazebo.launch.py vehicle:=… map:=… state_dir:=… [scenario:=…]
    [credentials:=…] [start_dock:=…] [parked_cars:=60] [gui:=true]
"""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from patrol_bringup.processes import PROCESSES
from patrol_description.urdf import urdf_of
from simulation.gazebo.export import BRIDGE_FILE, WORLD_FILE, export_world
from simulation.gazebo.source import open_source

# argument → default; None: must be given
ARGUMENTS = {
    "vehicle": None,
    "map": None,
    "state_dir": None,
    "scenario": "",
    "credentials": "",
    "start_dock": "",
    "parked_cars": "60",
    "gui": "true",
}
# What vehicle.launch.py is told of them.
OF_THE_VEHICLE = ("vehicle", "map", "state_dir", "scenario", "credentials", "start_dock")
STAND_IN = ("simulator", "patrol_gazebo.node:GazeboNode")


def actions_of(values: dict[str, str]) -> list[LaunchDescriptionEntity]:
    """Write the world, then: Gazebo, the bridge, the vehicle, our stand-in for the simulator.

    The vehicle comes before the stand-in, which reads the parameters that it writes.
    """
    state_dir = Path(values["state_dir"]).resolve()
    write_world(values, state_dir / "gazebo")
    return [
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(_share("ros_gz_sim", "gz_sim.launch.py")),
            launch_arguments=[("gz_args", gz_arguments(values, state_dir / "gazebo"))],
        ),
        Node(
            package="ros_gz_bridge",
            executable="parameter_bridge",
            parameters=[{"config_file": str(state_dir / "gazebo" / BRIDGE_FILE)}],
            output="log",
        ),
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(_share("patrol_bringup", "vehicle.launch.py")),
            launch_arguments=[
                *((name, values[name]) for name in OF_THE_VEHICLE),
                ("simulated", "true"),
                ("leave_out", "simulator"),
            ],
        ),
        Node(
            package="patrol_ros",
            executable="process",
            arguments=list(STAND_IN),
            parameters=[str(state_dir / "parameters.yaml")],
            respawn=True,
            respawn_delay=PROCESSES["simulator"].restart.first_s,
            output="log",
        ),
    ]


def write_world(values: dict[str, str], folder: Path) -> None:
    """The scenario's world, or the map's with cars at its streets."""
    source = open_source(
        Path(values["scenario"] or values["map"]),
        Path(values["vehicle"]),
        dock=values["start_dock"],
        parked_cars=int(values["parked_cars"]),
    )
    export_world(source, urdf_of(source.spec), folder)


def gz_arguments(values: dict[str, str], folder: Path) -> str:
    """What `gz sim` is called with: running at once, without a window where none is wanted."""
    window = "" if values["gui"].lower() == "true" else "-s --headless-rendering "
    return f"-r {window}{folder / WORLD_FILE}"


def _share(package: str, launch_file: str) -> str:
    return str(Path(get_package_share_directory(package)) / "launch" / launch_file)


def _actions(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    return actions_of({name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS})


def generate_launch_description() -> LaunchDescription:
    """What `ros2 launch` runs."""
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(name)
                if default is None
                else DeclareLaunchArgument(name, default_value=default)
                for name, default in ARGUMENTS.items()
            ),
            OpaqueFunction(function=_actions),
        ]
    )
