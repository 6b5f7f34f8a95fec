"""The scene graph of a world: static scenery in chunks, sky, and nothing that moves."""

from __future__ import annotations

import numpy as np
from panda3d.core import (
    LineSegs,
    NodePath,
    SamplerState,
    Texture,
    TextureStage,
)

from simulation.camera.cars import build_cars
from simulation.camera.furniture import build_furniture, wires
from simulation.camera.ground import paint_ground
from simulation.camera.houses import build_houses
from simulation.camera.light import Daylight
from simulation.camera.mesh import CHUNK_M, MeshBuilder
from simulation.camera.textures import all_textures
from simulation.world import World

CABLES, SIGNALS, SHADOWS, ACTORS = 100, 101, 102, 103  # drawn after all materials
MATERIAL_TAG = "material"  # what a thermal camera colours by
SHARPER = -0.8  # mip level: ground at a grazing angle keeps its grain; anisotropy costs 3 times


def build_scenery(world: World, light: Daylight) -> NodePath:
    """Everything that stands still, grouped by chunk (for culling) and material."""
    builder = MeshBuilder(light)
    paint_ground(world, builder)
    build_houses(world, builder)
    build_cars(world, builder)
    build_furniture(world, builder)
    textures = {name: _texture(name, picture) for name, picture in all_textures(0).items()}
    order = {name: i for i, name in enumerate(textures)}
    root = NodePath("scenery")
    chunks: dict[tuple[int, int], NodePath] = {}
    for material, chunk, node in builder.chunks():
        if chunk not in chunks:
            chunks[chunk] = root.attach_new_node(f"chunk-{chunk[0]}-{chunk[1]}")
            chunks[chunk].set_tag("middle", _middle(chunk))
        path = chunks[chunk].attach_new_node(node)
        path.set_texture(TextureStage.get_default(), textures[material])
        path.set_tag(MATERIAL_TAG, material)
        draw_in_order(path, order[material])
        if material == "leaves":
            path.set_two_sided(True)
    _wires(world, root)
    return root


def draw_in_order(path: NodePath, order: int) -> None:
    """Draw in this order: by itself Panda3D sorts by addresses in memory, and where two surfaces
    meet, pictures of the same moment would differ from run to run."""
    path.set_bin("fixed", order)


def white() -> Texture:
    """For what has no texture: every surface has one, so that all can be painted by distance."""
    return _texture("white", np.ones((2, 2, 3)))


def _middle(chunk: tuple[int, int]) -> str:
    return f"{(chunk[0] + 0.5) * CHUNK_M} {(chunk[1] + 0.5) * CHUNK_M}"


def _wires(world: World, root: NodePath) -> None:
    segments = LineSegs("wires")
    segments.set_color(0.12, 0.12, 0.13, 1)
    segments.set_thickness(1.0)
    for a, b in wires(world):
        for drop in (0.0, 0.35):
            for i, t in enumerate(np.linspace(0, 1, 9)):
                point = a + t * (b - a)
                z = point[2] - drop - 2.4 * t * (1 - t)
                (segments.draw_to if i else segments.move_to)(point[0], point[1], z)
    cables = root.attach_new_node(segments.create())
    cables.set_tag(MATERIAL_TAG, "plain")
    draw_in_order(cables, CABLES)


def _texture(name: str, picture: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Texture:
    texture = Texture(name)
    height, width, _ = picture.shape
    texture.setup_2d_texture(width, height, Texture.T_unsigned_byte, Texture.F_rgb)
    bgr = (np.clip(picture, 0, 1)[::-1, :, ::-1] * 255).astype(np.uint8)
    texture.set_ram_image(np.ascontiguousarray(bgr).tobytes())
    sampler = SamplerState()
    sampler.set_wrap_u(SamplerState.WM_repeat)
    sampler.set_wrap_v(SamplerState.WM_repeat)
    sampler.set_minfilter(SamplerState.FT_linear_mipmap_linear)
    sampler.set_magfilter(SamplerState.FT_linear)
    sampler.set_lod_bias(SHARPER)
    texture.set_default_sampler(sampler)
    return texture
