"""The URDF of a vehicle: the xacro file with the numbers of a VehicleSpec."""

from __future__ import annotations

import tempfile
from pathlib import Path

import xacro
import yaml

from patrol.vehicle import VehicleSpec
from patrol_description.description import description_of

XACRO = "vehicle.urdf.xacro"


def find_xacro() -> Path:
    """The xacro file, in the source tree or where colcon installed it."""
    source = Path(__file__).resolve().parents[1] / "urdf" / XACRO
    if source.is_file():
        return source
    from ament_index_python.packages import get_package_share_directory

    return Path(get_package_share_directory("patrol_description")) / "urdf" / XACRO


def urdf_of(spec: VehicleSpec) -> str:
    """The URDF text of a vehicle."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as numbers:
        yaml.safe_dump(description_of(spec), numbers)
        numbers.flush()
        document = xacro.process_file(str(find_xacro()), mappings={"numbers": numbers.name})
    for node in list(document.childNodes):
        if node.nodeType == node.COMMENT_NODE:  # xacro writes where its file lies
            document.removeChild(node)
    return str(document.toprettyxml(indent="  "))
