"""Off-screen drawing by Panda3D: GL through EGL, else through OSMesa, else in software.

Who loads triton after the first GL renderer, as torchvision does where it finds it, crashes: its
LLVM and Mesa's are one too many. `perception.detectors.yolo` keeps it out of the process.
"""

from __future__ import annotations

import os
from pathlib import Path

from panda3d.core import (
    FrameBufferProperties,
    GraphicsEngine,
    GraphicsOutput,
    GraphicsPipe,
    GraphicsPipeSelection,
    WindowProperties,
    load_prc_file_data,
)

from patrol.errors import ConfigError
from simulation.camera.no_x11 import ensure_libx11
from simulation.camera.osmesa import ensure_gl_on_osmesa, has_egl

PIPES = {  # backend → Panda3D module and pipe type, the best first
    "gl": ("p3headlessgl", "eglGraphicsPipe"),
    "osmesa": ("p3headlessgl", "eglGraphicsPipe"),  # on our own EGL over OSMesa
    "software": ("p3tinydisplay", "TinyOffscreenGraphicsPipe"),
}
BACKENDS = ("auto", *PIPES)
ENVIRONMENT = "SUNRA_CAMERA"
STAND_INS = Path(__file__).resolve().parents[2] / "build" / "stand_ins"

load_prc_file_data(
    "",
    "notify-level-glgsg fatal\nnotify-level-display error\n",
)


def open_pipe(engine: GraphicsEngine, backend: str) -> tuple[str, GraphicsPipe]:
    """The first backend whose pipe can open a buffer, and the pipe.

    The environment decides where the caller does not; raises ConfigError where none can draw.
    """
    wanted = os.environ.get(ENVIRONMENT, "auto") if backend == "auto" else backend
    if wanted not in BACKENDS:
        raise ConfigError(f"camera backend: {wanted!r} is none of: {', '.join(BACKENDS)}")
    for name in candidates() if wanted == "auto" else (wanted,):
        module, kind = PIPES[name]
        if not _is_prepared(name):
            continue
        pipe = GraphicsPipeSelection.get_global_ptr().make_pipe(kind, module)
        if pipe is not None and pipe.is_valid() and _can_draw(engine, pipe):
            return name, pipe
    raise ConfigError(f"camera backend {wanted!r}: cannot draw on this machine")


def candidates() -> tuple[str, ...]:
    """What to try, the best first; a real EGL and our own exclude each other in one process."""
    return ("gl", "software") if has_egl() else ("osmesa", "software")


def _is_prepared(backend: str) -> bool:
    """Load what stands in for missing libraries; False where the backend has no base here."""
    if backend == "osmesa":
        return ensure_gl_on_osmesa(STAND_INS)
    if backend == "software":
        ensure_libx11(STAND_INS)
    return True


def _can_draw(engine: GraphicsEngine, pipe: GraphicsPipe) -> bool:
    try:
        buffer = open_buffer(engine, pipe, 64, 64)
    except ConfigError:
        return False
    engine.remove_window(buffer)
    return True


def open_buffer(
    engine: GraphicsEngine, pipe: GraphicsPipe, width: int, height: int
) -> GraphicsOutput:
    """An off-screen buffer; raises ConfigError where the pipe has none of this size."""
    properties = FrameBufferProperties()
    properties.set_rgba_bits(8, 8, 8, 0)
    properties.set_depth_bits(24)
    buffer = engine.make_output(
        pipe, "camera", 0, properties, WindowProperties.size(width, height),
        GraphicsPipe.BF_refuse_window,
    )  # fmt: skip
    if buffer is None:
        raise ConfigError("camera backend: no off-screen buffer of this size")
    engine.open_windows()
    return buffer
