"""GL in memory through OSMesa, for machines that have it but no EGL.

Panda3D's headless GL is linked to libEGL and libGL. Both names are given to libraries compiled
here: EGL's few calls on top of OSMesa (`egl_on_osmesa.cpp`), and an empty libGL, since OSMesa
brings GL's functions itself. That works once a process, before a real EGL or GL is loaded.
"""

from __future__ import annotations

import ctypes
import logging
from pathlib import Path

from simulation.camera.stand_in import StandInError, compiled

log = logging.getLogger(__name__)

EGL, GL = "libEGL.so.1", "libGL.so.1"
OSMESA = ("libOSMesa.so.8", "libOSMesa.so.6")
SOURCE = Path(__file__).with_name("egl_on_osmesa.cpp")


def has_egl() -> bool:
    """Whether this machine has EGL, whether or not EGL finds something to draw with."""
    return _loads(EGL)


def ensure_gl_on_osmesa(cache: Path) -> bool:
    """Load OSMesa under the names of EGL and GL; False where the machine has no OSMesa.

    Raises StandInError where there is no compiler, or a real EGL or GL is in this process.
    """
    libraries = {
        GL: compiled(GL, "", cache),
        EGL: compiled(EGL, SOURCE.read_text(encoding="utf-8"), cache),
    }
    in_use = [name for name, made in libraries.items() if _is_another_loaded(name, made)]
    if in_use:
        raise StandInError(
            f"OSMesa cannot stand in for {', '.join(in_use)}: already loaded in this process"
        )
    if not any(_loads(name, ctypes.RTLD_GLOBAL) for name in OSMESA):
        return False
    for library in libraries.values():
        ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
    log.info("gl_on_osmesa cache=%s", cache)
    return True


def _is_another_loaded(soname: str, ours: Path) -> bool:
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    paths = {line[line.index("/") :] for line in maps.splitlines() if f"/{soname}" in line}
    return bool(paths - {str(ours.resolve())})


def _loads(name: str, mode: int = ctypes.DEFAULT_MODE) -> bool:
    try:
        ctypes.CDLL(name, mode=mode)
    except OSError:
        return False
    return True
