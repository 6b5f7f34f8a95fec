"""The scenery as a thermal camera sees it: each material in the grey of its temperature."""

from __future__ import annotations

import numpy as np
from panda3d.core import NodePath, RenderState

from simulation.camera.camera_view import OVERRIDE, CameraView
from simulation.camera.scene import MATERIAL_TAG
from simulation.camera.signal_lights import LIT_LAMP
from simulation.camera.stage import SHADE
from simulation.camera.textures import GROUNDS, WALLS
from simulation.camera.thermal import LIT_LAMP_WARMS_C, material_c
from simulation.conditions import Conditions


def colour_by_warmth(view: CameraView, conditions: Conditions) -> None:
    """Give a view's eye a colour for each material."""
    walls = [f"{part} {i}" for i in range(len(WALLS)) for part in ("wall", "door")]
    view.eye.set_tag_state_key(MATERIAL_TAG)
    for material in (*GROUNDS, *walls):
        view.eye.set_tag_state(material, _flat(material_c(material, conditions)))
    lit_c = material_c("plain", conditions) + LIT_LAMP_WARMS_C
    view.eye.set_tag_state(LIT_LAMP, _flat(lit_c))


def _flat(warmth_c: float) -> RenderState:
    grey = float(SHADE.grey(np.array(warmth_c)))
    dress = NodePath("warmth")
    dress.set_texture_off(OVERRIDE)
    dress.set_color_scale_off(OVERRIDE)
    dress.set_color(grey, grey, grey, 1.0, OVERRIDE)
    return dress.get_state()
