"""The stand-in for libX11 on a machine without it."""

import ctypes
import importlib.util
import subprocess
from pathlib import Path

import pytest

from simulation.camera import no_x11
from simulation.camera.no_x11 import _wanted_symbols, ensure_libx11
from simulation.camera.stand_in import StandInError


def test_stand_in_says_there_is_no_display(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(no_x11, "SONAME", "libsurely-not-there.so.6")
    assert ensure_libx11(tmp_path)
    (library,) = tmp_path.rglob("*.so.6")
    assert ctypes.CDLL(str(library)).XOpenDisplay(None) == 0
    assert list(library.parent.iterdir()) == [library]


def test_every_x_function_that_the_renderer_is_linked_to_is_there() -> None:
    spec = importlib.util.find_spec("panda3d")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    renderer = Path(spec.submodule_search_locations[0]) / "libp3tinydisplay.so"
    symbols = subprocess.run(
        ["nm", "-D", "--undefined-only", renderer], check=True, capture_output=True, text=True
    ).stdout
    linked = {line.split()[-1] for line in symbols.splitlines() if line.split()[-1][0] == "X"}
    assert len(linked) > 40
    assert linked <= set(_wanted_symbols())


def test_the_machines_own_library_is_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(no_x11, "SONAME", "libc.so.6")  # surely there
    assert ensure_libx11(tmp_path) is False
    assert not list(tmp_path.iterdir())


def test_without_library_and_compiler_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(no_x11, "SONAME", "libsurely-not-there-either.so.6")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StandInError, match=r"libsurely-not-there-either.*C\+\+ compiler"):
        ensure_libx11(tmp_path)
