"""GL through OSMesa: the same picture as through EGL, in a process that never loads EGL."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from simulation.camera import osmesa
from simulation.camera.osmesa import OSMESA, ensure_gl_on_osmesa
from simulation.camera.stand_in import StandInError

ROOT = Path(__file__).resolve().parents[3]
SCENARIO = ROOT / "config" / "scenarios" / "first_patrol.yaml"


@pytest.fixture
def _osmesa() -> None:
    """Skips where the machine has no OSMesa, but fails under CI."""
    for name in OSMESA:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return
    if os.environ.get("CI"):
        pytest.fail("OSMesa is missing (Debian: libosmesa6)")
    pytest.skip("this machine has no OSMesa (Debian: libosmesa6)")


def picture(backend: str, out: Path) -> np.ndarray:
    """What `sunra simulate picture` draws in a process of its own."""
    command = [
        sys.executable, "-m", "sunra", "simulate", "picture", str(SCENARIO),
        "--at", "66,-14.5,-1.5", "--camera", backend, "--out", str(out),
    ]  # fmt: skip
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    drawn = cv2.imread(str(out))
    assert drawn is not None
    return drawn


@pytest.mark.usefixtures("_osmesa")
def test_draws_what_egl_draws(tmp_path: Path) -> None:
    through_osmesa = picture("osmesa", tmp_path / "osmesa.png")
    through_egl = picture("gl", tmp_path / "gl.png")
    assert through_osmesa.std() > 20
    difference = np.abs(through_osmesa.astype(int) - through_egl.astype(int))
    assert difference.mean() < 1.0


@pytest.mark.usefixtures("_osmesa")
def test_is_chosen_where_there_is_no_egl(tmp_path: Path) -> None:
    program = (
        "import sys; from simulation.camera import osmesa; osmesa.EGL = 'libsurely-not-there.so';"
        "from simulation.camera.off_screen import candidates; print(candidates()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "osmesa"


def test_a_machine_without_osmesa_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(osmesa, "OSMESA", ("libsurely-not-there.so.8",))
    monkeypatch.setattr(osmesa, "EGL", "libsurely-not-there-egl.so.1")
    monkeypatch.setattr(osmesa, "GL", "libsurely-not-there-gl.so.1")
    assert ensure_gl_on_osmesa(tmp_path) is False


def test_a_library_that_is_already_loaded_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(osmesa, "GL", "libc.so.6")
    with pytest.raises(StandInError, match=r"libc\.so\.6.*already loaded"):
        ensure_gl_on_osmesa(tmp_path)
