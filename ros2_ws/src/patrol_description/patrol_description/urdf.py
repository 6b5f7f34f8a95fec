"""The URDF of a vehicle: the xacro file with the numbers of a VehicleSpec."""

from __future__ import annotations

from pathlib import Path

import xacro

from patrol.vehicle import VehicleSpec


def find_xacro() -> Path:
    """The xacro file, in the source tree or where colcon installed it."""
    source = Path(__file__).resolve().parents[1] / "urdf" / "goalie.urdf.xacro"
    if source.is_file():
        return source
    from ament_index_python.packages import get_package_share_directory

    return Path(get_package_share_directory("patrol_description")) / "urdf" / "goalie.urdf.xacro"


def xacro_arguments(spec: VehicleSpec) -> dict[str, str]:
    """The xacro's arguments for a vehicle; the file's own defaults are those of goalie.yaml."""
    camera = spec.cameras[0]
    numbers = {
        "mass_kg": spec.mass_kg,
        "length_m": spec.length_m,
        "width_m": spec.width_m,
        "height_m": spec.height_m,
        "wheelbase_m": spec.wheelbase_m,
        "track_m": spec.track_m,
        "wheel_radius_m": spec.wheel_radius_m,
        "rear_overhang_m": spec.rear_overhang_m,
        "max_steering_rad": spec.max_steering_rad,
        "max_speed_mps": spec.max_speed_mps,
        "gnss_x_m": spec.gnss_x_m,
        "gnss_z_m": spec.gnss_z_m,
        "lidar_x_m": spec.lidar.x_m,
        "lidar_y_m": spec.lidar.y_m,
        "lidar_z_m": spec.lidar.z_m,
        "camera_x_m": camera.x_m,
        "camera_y_m": camera.y_m,
        "camera_z_m": camera.z_m,
        "camera_yaw_rad": camera.yaw_rad,
        "camera_pitch_rad": camera.pitch_rad,
    }
    return {key: f"{value:g}" for key, value in numbers.items()}


def urdf_of(spec: VehicleSpec | None = None) -> str:
    """The URDF text of a vehicle; None: of the file's own numbers."""
    mappings = xacro_arguments(spec) if spec is not None else {}
    document = xacro.process_file(str(find_xacro()), mappings=mappings)
    return str(document.toprettyxml(indent="  "))
