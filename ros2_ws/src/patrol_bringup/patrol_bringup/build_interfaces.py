"""Builds our ROS 2 messages against the Python wheels; on a full ROS 2, colcon does it.

`python -m patrol_bringup.build_interfaces`. Nothing is built where a stamp says that sources,
Python and wheels are the same as last time.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

from patrol.errors import SunraError
from patrol_bringup.environment import (
    INSTALL,
    WORKSPACE,
    is_wheel_installation,
    overlay_python,
    ros_environment,
)

# Those of wheel_msgs exist only for wheels; their folder is hidden from colcon on a full ROS.
PACKAGES = (
    WORKSPACE / "wheel_msgs" / "tf2_msgs",
    WORKSPACE / "wheel_msgs" / "vision_msgs",
    WORKSPACE / "src" / "patrol_interfaces",
)
BUILD = WORKSPACE / "build"
STAMP = INSTALL / ".stamp"
LOG = WORKSPACE / "log" / "build_interfaces.log"

# Where the wheels' build machine had Python and NumPy, in share/**/*Export.cmake.
_BAKED_NUMPY = re.compile(
    r"/opt/python/cp\d+-cp\d+/lib/python3\.\d+/site-packages/numpy/_core/include"
)
_BAKED_PYTHON = re.compile(r"/opt/python/cp\d+-cp\d+/include/python3\.\d+")


class InterfaceBuildError(SunraError):
    """The messages cannot be built; the message says what is missing."""


def content_digest() -> str:
    """SHA-256 over the sources, this recipe, the Python and the generators' version."""
    sha = hashlib.sha256()
    sources = [path for package in PACKAGES for path in package.rglob("*") if path.is_file()]
    for path in sorted([*sources, Path(__file__)]):
        sha.update(path.name.encode() + b"\0" + path.read_bytes())
    for fact in (sys.version, sys.prefix, metadata.version("ros-rosidl-generator-py")):
        sha.update(fact.encode() + b"\0")
    return sha.hexdigest()


def is_current(digest: str) -> bool:
    """True where the last build was of exactly this content."""
    return STAMP.exists() and STAMP.read_text(encoding="ascii") == digest


def check_tools() -> None:
    """Raises InterfaceBuildError where the compiler or Python's headers are missing."""
    if shutil.which("c++") is None:
        raise InterfaceBuildError("no C++ compiler found as c++ (Debian: apt-get install g++)")
    header = Path(sysconfig.get_path("include")) / "Python.h"
    if not header.exists():
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        raise InterfaceBuildError(f"{header} is missing (Debian: apt-get install {version}-dev)")


def rewrite_baked_paths(share: Path, python_include: Path, numpy_include: Path) -> int:
    """Point the wheels' CMake files at this environment; returns how many files changed."""
    changed = 0
    for path in share.rglob("*Export.cmake"):
        text = path.read_text(encoding="utf-8")
        fixed = _BAKED_NUMPY.sub(str(numpy_include), text)
        fixed = _BAKED_PYTHON.sub(str(python_include), fixed)
        if fixed != text:
            path.write_text(fixed, encoding="utf-8")
            changed += 1
    return changed


def _colcon_command() -> list[str]:
    rpath = f"{INSTALL / 'lib'};{Path(sys.prefix) / 'lib'}"
    return [
        *(sys.executable, "-m", "colcon", "--log-base", str(WORKSPACE / "log"), "build"),
        *("--paths", *map(str, PACKAGES)),
        *("--merge-install", "--build-base", str(BUILD), "--install-base", str(INSTALL)),
        "--cmake-args",
        f"-DPython3_EXECUTABLE={sys.executable}",
        "-DBUILD_TESTING=OFF",
        "-DCMAKE_BUILD_TYPE=Release",
        "-DCMAKE_INSTALL_MESSAGE=NEVER",
        f"-DCMAKE_INSTALL_RPATH={rpath}",
    ]


def _run_colcon() -> None:
    environment = ros_environment()
    environment["CMAKE_PREFIX_PATH"] = environment["AMENT_PREFIX_PATH"] = sys.prefix
    scripts = sysconfig.get_path("scripts")
    environment["PATH"] = os.pathsep.join([scripts, environment.get("PATH", "")])
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("wb") as stream:
        status = subprocess.run(
            _colcon_command(),
            cwd=WORKSPACE,
            env=environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    if status != 0:
        lines = LOG.read_text(errors="replace").splitlines()
        errors = [line for line in lines if "error" in line.lower()] or lines[-2:]
        raise InterfaceBuildError(f"the message build failed; see {LOG}: {' | '.join(errors[:2])}")


def build() -> bool:
    """Build the messages where anything changed; False when they were up to date.

    Raises InterfaceBuildError naming what is missing, or the log of the failed build.
    """
    if not is_wheel_installation():
        return False  # a full ROS 2: `colcon build` makes them
    digest = content_digest()
    if is_current(digest):
        return False
    check_tools()
    import numpy as np

    # colcon takes every folder with a package.xml for a package of the workspace
    (Path(sys.prefix) / "COLCON_IGNORE").touch()
    include = Path(sysconfig.get_path("include"))
    rewrite_baked_paths(Path(sys.prefix) / "share", include, Path(np.get_include()))
    for folder in (BUILD, INSTALL):
        shutil.rmtree(folder, ignore_errors=True)
    _run_colcon()
    if not (overlay_python() / "patrol_interfaces").is_dir():
        raise InterfaceBuildError(f"the message build left nothing in {overlay_python()}")
    STAMP.write_text(digest, encoding="ascii")
    return True


def main() -> int:
    """Command line: one line of result; 2 when something is missing."""
    try:
        changed = build()
    except SunraError as error:
        sys.stderr.write(f"sunra: {error}\n")
        return 2
    sys.stdout.write(f"ROS 2 interfaces: {'built' if changed else 'up to date'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
