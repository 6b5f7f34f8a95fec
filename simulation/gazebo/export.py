"""The folder that Gazebo is started with, written whole or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path
from xml.etree.ElementTree import Element

from patrol.errors import ConfigError
from simulation.gazebo.bridge import bridge_yaml
from simulation.gazebo.elements import document
from simulation.gazebo.source import Source
from simulation.gazebo.vehicle_sdf import vehicle_model
from simulation.gazebo.world_sdf import SDF_VERSION, world_files
from simulation.types import SensorOptions

WORLD_FILE, VEHICLE_FILE = "world.sdf", "vehicle.sdf"
URDF_FILE, BRIDGE_FILE = "vehicle.urdf", "bridge.yaml"


def export_world(source: Source, urdf: str, out: Path) -> int:
    """Write world.sdf, its meshes, vehicle.sdf, vehicle.urdf and bridge.yaml; returns bytes.

    `urdf` is the vehicle's (patrol_description.urdf.urdf_of). Replaces a folder that an earlier
    export made; raises ConfigError for any other folder that is in the way, and for one that
    cannot be written.
    """
    check_place(out)
    files = folder_files(source, urdf)
    write_folder(files, out)
    return sum(len(text) for text in files.values())


def write_folder(files: dict[str, str], out: Path) -> None:
    """Write files by their path in a folder; replaces it in one step.

    Raises ConfigError where it cannot be written; then nothing of it is there.
    """
    check_place(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as temporary:
            made = Path(temporary) / "new"
            for path, text in files.items():
                (made / path).parent.mkdir(parents=True, exist_ok=True)
                (made / path).write_text(text, encoding="utf-8")
            _swap(made, out, Path(temporary) / "old")
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written: {error.strerror}") from None


def _swap(made: Path, out: Path, old: Path) -> None:
    """Put a folder in the place of another, which comes back where that fails."""
    if out.exists():
        out.rename(old)
    try:
        made.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise


def folder_files(source: Source, urdf: str) -> dict[str, str]:
    """The folder's files by their path in it."""
    vehicle = vehicle_model(urdf, source.spec.name, SensorOptions())
    alone = Element("sdf", version=SDF_VERSION)
    alone.append(vehicle)
    vehicle_text = document(alone)
    made = world_files(source.world, vehicle, source.start)
    return {
        WORLD_FILE: made.sdf,
        VEHICLE_FILE: vehicle_text,
        URDF_FILE: urdf,
        BRIDGE_FILE: bridge_yaml(source.spec),
        **made.meshes,
    }


def check_place(out: Path) -> None:
    """Raises ConfigError where something stands that no export made."""
    if out.exists() and not (
        out.is_dir() and (not any(out.iterdir()) or (out / WORLD_FILE).is_file())
    ):
        raise ConfigError(
            f"{out}: is in the way; give an empty folder, or one that an earlier export made"
        )
