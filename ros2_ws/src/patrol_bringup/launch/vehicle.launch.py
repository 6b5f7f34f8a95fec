"""The vehicle on a full ROS 2: the same process table that `sunra drive` reads.

ros2 launch patrol_bringup vehicle.launch.py vehicle:=… map:=… state_dir:=… [credentials:=…]
    [hardware:=…] [simulated:=true scenario:=… real_time_factor:=1.0] [leave_out:=PROCESS,…]
"""

from pathlib import Path

from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from launch import LaunchContext, LaunchDescription
from patrol.vehicle import load_vehicle
from patrol_bringup.environment import ros_environment
from patrol_bringup.map_choice import choose_map, remember_map
from patrol_bringup.processes import node_arguments, select_processes
from patrol_bringup.settings import VehicleSettings
from patrol_description.urdf import urdf_of

# argument → default; None: must be given
ARGUMENTS = {
    "vehicle": None,
    "map": None,
    "state_dir": None,
    "credentials": "",
    "hardware": "",
    "simulated": "false",
    "scenario": "",
    "real_time_factor": "1.0",
    "start_dock": "",
    "leave_out": "",  # processes that something else stands in for, as Gazebo for the simulator
}
# Of our process environment, what a full ROS 2 does not set by itself.
OWN_VARIABLES = (
    "RMW_IMPLEMENTATION",
    "FASTRTPS_DEFAULT_PROFILES_FILE",
    "FASTDDS_DEFAULT_PROFILES_FILE",
    "ROS_AUTOMATIC_DISCOVERY_RANGE",
)


def settings_of(values: dict[str, str]) -> VehicleSettings:
    """The settings that the launch arguments ask for."""
    return VehicleSettings(
        vehicle_file=Path(values["vehicle"]),
        map_file=Path(values["map"]),
        state_dir=Path(values["state_dir"]),
        credentials_file=Path(values["credentials"]) if values["credentials"] else None,
        hardware_file=Path(values["hardware"]) if values["hardware"] else None,
        simulated=values["simulated"].lower() == "true",
        scenario_file=Path(values["scenario"]) if values["scenario"] else None,
        real_time_factor=float(values["real_time_factor"]),
        start_dock=values["start_dock"],
    ).resolved()


def nodes_of(settings: VehicleSettings, leave_out: tuple[str, ...] = ()) -> list[Node]:
    """One launch_ros Node a process of the table, and the transforms of the URDF."""
    settings = choose_map(settings)
    remember_map(settings)
    parameters = str(settings.write_parameters())
    rows = select_processes(
        simulated=settings.simulated,
        with_credentials=settings.credentials_file is not None,
        with_hardware=settings.hardware_file is not None,
    )
    nodes = [
        Node(
            package="patrol_ros",
            executable="process",
            arguments=node_arguments(row),
            parameters=[parameters],
            additional_env=dict(row.environment),
            respawn=True,
            respawn_delay=row.restart.first_s,
            sigterm_timeout=str(row.stop_within_s),
            output="log",
        )
        for row in rows
        if row.name not in leave_out
    ]
    urdf = {
        "robot_description": urdf_of(load_vehicle(settings.vehicle_file)),
        "use_sim_time": settings.simulated,
    }
    publisher = Node(
        package="robot_state_publisher", executable="robot_state_publisher", parameters=[urdf]
    )
    return [*nodes, publisher]


def processes(context: LaunchContext) -> list[Node]:
    """The nodes that the launch arguments ask for."""
    values = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS}
    return nodes_of(settings_of(values), tuple(values["leave_out"].split(",")))


def generate_launch_description() -> LaunchDescription:
    """What `ros2 launch` runs."""
    environment = ros_environment({})
    return LaunchDescription(
        [
            *(SetEnvironmentVariable(name, environment[name]) for name in OWN_VARIABLES),
            *(
                DeclareLaunchArgument(name)
                if default is None
                else DeclareLaunchArgument(name, default_value=default)
                for name, default in ARGUMENTS.items()
            ),
            OpaqueFunction(function=processes),
        ]
    )
