"""Small pieces of SDF: elements, poses, geometries, materials, surfaces."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

Rgb = tuple[float, float, float]


def number(value: float) -> str:
    """A number without noise in its last digits: tenths of a micrometre or microradian."""
    return f"{round(float(value), 7) + 0.0:.7f}".rstrip("0").rstrip(".")


def numbers(values: Sequence[float]) -> str:
    """Numbers with a blank between."""
    return " ".join(number(value) for value in values)


def sdf_name(text: str) -> str:
    """A name that SDFormat takes: `::` separates scopes there."""
    return text.replace("::", ":")


def add(parent: Element, tag: str, text: str | float | None = None, **attributes: str) -> Element:
    """A new child with a text or number inside."""
    child = SubElement(parent, tag, attributes)
    if text is not None:
        child.text = text if isinstance(text, str) else number(text)
    return child


def add_pose(parent: Element, xyz: Sequence[float], rpy: Sequence[float] = (0, 0, 0)) -> Element:
    """`<pose>`: x y z in metres, roll pitch yaw in radians about fixed axes."""
    return add(parent, "pose", numbers([*xyz, *rpy]))


def box(size_m: Sequence[float]) -> Element:
    """`<geometry>` of a box by its full sizes."""
    geometry = Element("geometry")
    add(add(geometry, "box"), "size", numbers(size_m))
    return geometry


def cylinder(radius_m: float, length_m: float) -> Element:
    """`<geometry>` of an upright cylinder."""
    geometry = Element("geometry")
    shape = add(geometry, "cylinder")
    add(shape, "radius", radius_m)
    add(shape, "length", length_m)
    return geometry


def sphere(radius_m: float) -> Element:
    """`<geometry>` of a ball."""
    geometry = Element("geometry")
    add(add(geometry, "sphere"), "radius", radius_m)
    return geometry


def capsule(radius_m: float, length_m: float) -> Element:
    """`<geometry>` of a capsule along z; `length_m` without its round ends."""
    geometry = Element("geometry")
    shape = add(geometry, "capsule")
    add(shape, "radius", radius_m)
    add(shape, "length", length_m)
    return geometry


def mesh(uri: str) -> Element:
    """`<geometry>` of a mesh file, relative to the world file."""
    geometry = Element("geometry")
    add(add(geometry, "mesh"), "uri", uri)
    return geometry


def add_material(visual: Element, rgb: Rgb, emissive: float = 0.0) -> None:
    """A dull colour; `emissive` is the share of it that shines by itself."""
    material = add(visual, "material")
    add(material, "ambient", numbers([*rgb, 1]))
    add(material, "diffuse", numbers([*rgb, 1]))
    add(material, "specular", "0.05 0.05 0.05 1")
    if emissive:
        add(material, "emissive", numbers([*(emissive * part for part in rgb), 1]))


def add_surface(collision: Element, bits: int, friction: float) -> None:
    """Coulomb friction, and whom the collision touches (simulation.mujoco.groups)."""
    surface = add(collision, "surface")
    ode = add(add(surface, "friction"), "ode")
    add(ode, "mu", friction)
    add(ode, "mu2", friction)
    add(add(surface, "contact"), "collide_bitmask", str(bits))


def static_model(name: str) -> tuple[Element, Element]:
    """A model that never moves, and its only link."""
    model = Element("model", name=name)
    add(model, "static", "true")
    return model, add(model, "link", name="link")


def add_collision(
    link: Element,
    name: str,
    geometry: Element,
    xyz: Sequence[float] = (0, 0, 0),
    rpy: Sequence[float] = (0, 0, 0),
    *,
    bits: int,
    friction: float = 1.0,
) -> None:
    """A collision shape in a link."""
    collision = add(link, "collision", name=name)
    add_pose(collision, xyz, rpy)
    collision.append(geometry)
    add_surface(collision, bits, friction)


def add_visual(
    link: Element,
    name: str,
    geometry: Element,
    rgb: Rgb,
    xyz: Sequence[float] = (0, 0, 0),
    rpy: Sequence[float] = (0, 0, 0),
    *,
    emissive: float = 0.0,
) -> Element:
    """A visible shape in a link."""
    visual = add(link, "visual", name=name)
    add_pose(visual, xyz, rpy)
    visual.append(geometry)
    add_material(visual, rgb, emissive)
    return visual


def document(root: Element) -> str:
    """The XML text of an `<sdf>` element, indented."""
    ElementTree.indent(root)
    return '<?xml version="1.0"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
