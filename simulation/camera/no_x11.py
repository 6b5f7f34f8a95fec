"""A stand-in for libX11 on machines that have none, so that the software renderer loads.

Panda3D's software renderer draws into memory, but its library also holds an on-screen part that is
linked to libX11. Where the machine lacks it, a library of the same name is compiled here in which
every function returns 0: "there is no display", the truth. The off-screen part never calls one.
"""

from __future__ import annotations

import ctypes
import importlib.util
import logging
import re
from pathlib import Path

from simulation.camera.stand_in import compiled

log = logging.getLogger(__name__)

SONAME = "libX11.so.6"
_SYMBOL = re.compile(rb"\0((?=\w{0,40}[a-z])X[A-Za-z0-9]{3,40})(?=\0)")


def ensure_libx11(cache: Path) -> bool:
    """Make `libX11.so.6` loadable in this process; False where the machine has the real one.

    Raises StandInError where there is neither the library nor a compiler.
    """
    try:
        ctypes.CDLL(SONAME, mode=ctypes.RTLD_GLOBAL)
    except OSError:
        pass
    else:
        return False
    names = _wanted_symbols()
    source = "".join(f'extern "C" long {name}() {{ return 0; }}\n' for name in names)
    library = compiled(SONAME, source, cache)
    ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
    log.info("x11_stand_in library=%s symbols=%d", library, len(names))
    return True


def _wanted_symbols() -> list[str]:
    """Names of X functions in the software renderer's string table."""
    spec = importlib.util.find_spec("panda3d")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    library = Path(spec.submodule_search_locations[0]) / "libp3tinydisplay.so"
    found = _SYMBOL.findall(library.read_bytes().replace(b"\0", b"\0\0"))
    return sorted({name.decode("ascii") for name in found})
