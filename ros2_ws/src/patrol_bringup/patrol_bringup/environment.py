"""The ONE place that knows what a ROS 2 process needs in its environment.

On a full ROS 2 installation `setup.bash` has done it all. From Python wheels, the dynamic loader
must find the wheels' and our own libraries before Python starts, the wheels' bootstrap (which
would execute Python a second time) must know that this is done, and Fast DDS must use our
transport profile.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import patrol
from patrol.errors import ConfigError

PACKAGE = Path(__file__).resolve().parent
REPOSITORY = Path(patrol.__file__).resolve().parents[1]  # wherever colcon copied this package to
WORKSPACE = REPOSITORY / "ros2_ws"
INSTALL = WORKSPACE / "install"
DDS_PROFILE = PACKAGE / "fastdds.xml"
BOOTSTRAP_DONE = "_ROS_WHEELS_BOOTSTRAP_COMPLETE"


def is_wheel_installation() -> bool:
    """True where ROS 2 comes from Python wheels, False on a full installation."""
    return importlib.util.find_spec("ros_wheels_bootstrapper") is not None


def check_ros() -> None:
    """Raises ConfigError where this Python finds no ROS 2."""
    if importlib.util.find_spec("rclpy") is None:
        raise ConfigError(
            f"no ROS 2 found for {sys.executable}: the wheels exist for x86-64 Linux"
            f" (this is {platform.machine()}); elsewhere source a full ROS 2 Jazzy first"
        )


def overlay_python() -> Path:
    """Where colcon puts the Python part of our messages."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return INSTALL / "lib" / version / "site-packages"


def _library_folders() -> list[str]:
    site_packages = Path(sysconfig.get_path("purelib"))
    vendored = sorted(str(path) for path in site_packages.glob("ros_*.libs"))
    return [str(INSTALL / "lib"), str(Path(sys.prefix) / "lib"), *vendored]


def _joined(first: list[str], rest: str | None) -> str:
    """A search path with `first` in front, every folder once."""
    folders = [*first, *(folder for folder in (rest or "").split(os.pathsep) if folder)]
    return os.pathsep.join(dict.fromkeys(folders))


def ros_environment(
    base: Mapping[str, str] | None = None, domain_id: int | None = None
) -> dict[str, str]:
    """The environment of a ROS 2 process, made from `base` (this process's own by default).

    DDS stays on this machine (no DDS over the radio link); `domain_id` keeps vehicles on one
    machine apart.
    """
    environment = dict(os.environ if base is None else base)
    environment["RMW_IMPLEMENTATION"] = "rmw_fastrtps_cpp"
    environment["FASTRTPS_DEFAULT_PROFILES_FILE"] = str(DDS_PROFILE)
    environment["FASTDDS_DEFAULT_PROFILES_FILE"] = str(DDS_PROFILE)
    environment["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    environment["PYTHONUNBUFFERED"] = "1"
    if domain_id is not None:
        environment["ROS_DOMAIN_ID"] = str(domain_id)
    if is_wheel_installation():
        environment["AMENT_PREFIX_PATH"] = os.pathsep.join([str(INSTALL), sys.prefix])
        environment["PYTHONPATH"] = _joined([str(overlay_python())], environment.get("PYTHONPATH"))
        environment["LD_LIBRARY_PATH"] = _joined(
            _library_folders(), environment.get("LD_LIBRARY_PATH")
        )
        environment[BOOTSTRAP_DONE] = "1"
    return environment


def activate(domain_id: int | None = None) -> None:
    """Make this process able to use our messages without a second start of Python.

    The loader read LD_LIBRARY_PATH when Python started, so our libraries are opened by their path
    here; a later opening by name finds them loaded (dlopen(3)).
    """
    os.environ.update(ros_environment(domain_id=domain_id))
    if not is_wheel_installation() or str(overlay_python()) in sys.path:
        return
    sys.path.insert(0, str(overlay_python()))
    for library in sorted((INSTALL / "lib").glob("*.so")):
        ctypes.CDLL(str(library))


def foreign_environment(base: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a child that uses another Python than ours."""
    environment = dict(os.environ if base is None else base)
    for name in (BOOTSTRAP_DONE, "LD_LIBRARY_PATH", "PYTHONPATH", "AMENT_PREFIX_PATH"):
        environment.pop(name, None)
    return environment
