"""Cars: a rounded hull swept along its length, a cabin with glass, wheels, lights, plates.

Own frame: x ahead from the middle, y left, z up from the ground. Measures in a `CarForm` are
shares of the car's length (from the middle) and height.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulation.camera.mesh import Array, MeshBuilder, Rgb, rotation_map
from simulation.camera.shape import AIR, Shape, smooth_normals
from simulation.props import CAR_SIZE_M, CarBody
from simulation.world import World

PAINTS: tuple[Rgb, ...] = (
    (0.88, 0.88, 0.87), (0.86, 0.86, 0.88), (0.16, 0.17, 0.19), (0.55, 0.57, 0.60),
    (0.17, 0.24, 0.42), (0.55, 0.12, 0.13), (0.30, 0.32, 0.34), (0.74, 0.70, 0.62),
)  # fmt: skip
GLASS: Rgb = (0.05, 0.06, 0.07)
SKY_IN_GLASS: Rgb = (0.24, 0.28, 0.32)
BLACK: Rgb = (0.05, 0.05, 0.055)
TYRE: Rgb = (0.09, 0.09, 0.09)
RIM: Rgb = (0.62, 0.63, 0.65)
HEADLIGHT: Rgb = (0.90, 0.92, 0.92)
TAIL_LIGHT: Rgb = (0.80, 0.06, 0.05)
PLATE: Rgb = (0.92, 0.92, 0.90)
WHEEL_AT = (-0.305, 0.315)
WHEEL_RADIUS_M = 0.32
SILL = 0.17
SKIN_M = 0.006  # what is painted on a surface lies this far outside


@dataclass(frozen=True, slots=True)
class CarForm:
    """Heights of the hull's upper edge along the car, and the cabin's outline."""

    deck: tuple[tuple[float, float], ...]  # (along, height), from the rear
    base: tuple[float, float]  # where the cabin begins and ends at the belt line
    roof: tuple[float, float]
    belt: float
    pillars: tuple[float, ...]  # between side windows, shares of the cabin's length


FORMS: dict[CarBody, CarForm] = {
    CarBody.SEDAN: CarForm(
        ((-0.5, 0.60), (-0.44, 0.66), (-0.30, 0.68), (0.18, 0.66), (0.40, 0.58), (0.5, 0.44)),
        (-0.38, 0.24), (-0.19, 0.03), 0.66, (0.30, 0.62),
    ),
    CarBody.HATCHBACK: CarForm(
        ((-0.5, 0.58), (-0.45, 0.64), (0.20, 0.64), (0.40, 0.57), (0.5, 0.42)),
        (-0.485, 0.25), (-0.36, 0.04), 0.64, (0.22, 0.60),
    ),
    CarBody.VAN: CarForm(
        ((-0.5, 0.54), (-0.47, 0.58), (0.34, 0.57), (0.46, 0.50), (0.5, 0.38)),
        (-0.495, 0.33), (-0.44, 0.14), 0.58, (0.30, 0.64),
    ),
}  # fmt: skip


def build_cars(world: World, builder: MeshBuilder) -> None:
    """Adds all parked cars."""
    for car in world.cars:
        shape = car_shape(car.body, PAINTS[car.paint % len(PAINTS)], AIR)
        turn = rotation_map(car.yaw_rad, car.pitch_rad, car.roll_rad)
        points, faces = np.concatenate(shape.points), np.concatenate(shape.faces)
        light = builder.light.on(smooth_normals(points, faces) @ turn.T)[:, None]
        place = (car.x_m, car.y_m, car.z_m)
        colours = np.concatenate(shape.colours) * light
        builder.add("plain", points @ turn.T + place, colours, (0.0, 0.0), faces)


@lru_cache(maxsize=64)
def car_shape(body: CarBody, paint: Rgb, engine_c: float) -> Shape:
    """A car; `engine_c` is how warm its bonnet is (not a number: as the air)."""
    shape = Shape()
    _Car(shape, body, paint, engine_c).draw()
    return shape


class _Car:
    """Draws one car into a shape."""

    def __init__(self, shape: Shape, body: CarBody, paint: Rgb, engine_c: float) -> None:
        self._shape, self._form, self._paint = shape, FORMS[body], paint
        self._length, self._width, self._height = CAR_SIZE_M[body]
        self._engine_c = engine_c

    def draw(self) -> None:
        """Hull, cabin, wheels and what is on them."""
        self._hull()
        self._cabin()
        for side in (1, -1):
            self._flank(side)
            for at in WHEEL_AT:
                self._wheel(at * self._length, side)
        self._end(1)
        self._end(-1)

    def _deck(self, along: Array) -> Array:
        xs, zs = zip(*self._form.deck, strict=True)
        deck: Array = np.interp(along, xs, zs) * self._height
        return deck

    def _half(self, along: Array | float) -> Array:
        """Half the hull's width: corners are round."""
        ends = np.clip((np.abs(along) - 0.40) / 0.10, 0.0, 1.0)
        half: Array = self._width / 2 * (1.0 - 0.16 * ends**2)
        return half

    def _hull(self) -> None:
        along = np.concatenate((np.linspace(-0.5, -0.4, 5), np.linspace(-0.3, 0.3, 7),
                                np.linspace(0.4, 0.5, 5)))  # fmt: skip
        half, top = self._half(along), self._deck(along)
        low = SILL * self._height
        rows = [(0.93, 0.0), (1.0, 0.30), (1.0, 0.62), (0.965, 0.90), (0.90, 1.0), (0.0, 1.03)]
        section = [(share, low + rise * (top - low)) for share, rise in rows]
        left = [np.column_stack((along * self._length, share * half, z)) for share, z in section]
        rings = np.stack(left + [ring * (1, -1, 1) for ring in left[-2::-1]])
        count, stations = rings.shape[:2]
        i = (np.arange(count - 1)[:, None] * stations + np.arange(stations - 1)).ravel()
        faces = np.vstack((np.column_stack((i, i + stations, i + stations + 1)),
                           np.column_stack((i, i + stations + 1, i + 1))))  # fmt: skip
        points = rings.reshape(-1, 3)
        bonnet = (points[:, 0] > 0.22 * self._length) & (points[:, 2] > 0.4 * self._height)
        warmth = np.where(bonnet, self._engine_c, AIR)
        share = (points[:, 2] - low) / (float(top.max()) - low)
        sheen = np.interp(share, (0.0, 0.3, 0.62, 0.75, 1.0), (0.55, 0.78, 0.95, 1.12, 1.05))
        self._shape.mesh(points, faces, np.outer(sheen, self._paint), warmth)
        for station, turned in ((0, False), (stations - 1, True)):
            ring = rings[:, station]
            fan = np.array([(0, k, k + 1) for k in range(1, count - 1)])
            self._shape.mesh(ring, fan if turned else fan[:, ::-1], np.array(self._paint))
        below = (0.80 * self._length, 0.84 * self._width, low)
        self._shape.box(below, (0.0, 0.0, 0.5 * low + 0.12), BLACK)

    def _corner(self, along: float, roof: bool, side: int) -> Array:
        form = self._form
        share = 0.70 if roof else 0.90
        height = 0.985 if roof else form.belt
        return np.array((along * self._length, side * share * self._width / 2,
                         height * self._height))  # fmt: skip

    def _cabin(self) -> None:
        form = self._form
        low = [self._corner(x, False, s) for x in form.base for s in (1, -1)]
        high = [self._corner(x, True, s) for x in form.roof for s in (1, -1)]
        rear_l, rear_r, front_l, front_r = low
        top_rear_l, top_rear_r, top_front_l, top_front_r = high
        backwards = tuple(1.0 - p for p in form.pillars[::-1])
        self._pane((front_r, front_l, top_front_l, top_front_r), 0.045, 0.06)
        self._pane((rear_l, rear_r, top_rear_r, top_rear_l), 0.08, 0.12)
        self._pane((front_l, rear_l, top_rear_l, top_front_l), 0.05, 0.09, backwards)
        self._pane((rear_r, front_r, top_front_r, top_rear_r), 0.05, 0.09, form.pillars)
        crown = np.add(np.mean(high, axis=0), (0.0, 0.0, 0.022 * self._height))
        roof = np.array((top_rear_l, top_rear_r, top_front_r, top_front_l, crown))
        self._shape.mesh(roof, np.array(((0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4))),
                         np.array(self._paint))  # fmt: skip
        for side in (1, -1):
            root = self._corner(form.base[1] - 0.045, False, side)
            mirror = np.add(root, (0, side * 0.11, 0.05))
            self._shape.box((0.10, 0.20, 0.13), mirror, self._paint)

    def _pane(
        self, corners: tuple[Array, Array, Array, Array], across: float, high: float,
        pillars: tuple[float, ...] = (),
    ) -> None:  # fmt: skip
        """A painted side of the cabin with glass in it; corners from below left, from outside."""
        a, b, c, d = corners
        quad = np.array(((0, 1, 2), (0, 2, 3)))
        self._shape.mesh(np.array(corners), quad, np.array(self._paint))
        normal = np.cross(b - a, d - a)
        out = SKIN_M * normal / max(float(np.linalg.norm(normal)), 1e-9)
        cuts = [across, *(p + e for p in pillars for e in (-0.014, 0.014)), 1.0 - across]
        frame = np.array([_on(a, b, c, d, u, v) + 0.5 * out for u, v in (
            (across, 0.5 * high), (1 - across, 0.5 * high), (1 - across, 1 - high),
            (across, 1 - high))])  # fmt: skip
        self._shape.mesh(frame, quad, np.array(BLACK))
        for start, end in zip(cuts[::2], cuts[1::2], strict=True):
            glass = np.array([
                _on(a, b, c, d, u, v) + out
                for u, v in ((start, high * 0.6), (end, high * 0.6), (end, 1 - high),
                             (start, 1 - high))
            ])  # fmt: skip
            tints = np.array((GLASS, GLASS, SKY_IN_GLASS, SKY_IN_GLASS))
            self._shape.mesh(glass, quad, tints)

    def _flank(self, side: int) -> None:
        """Wheel arches, sill, seams of doors, handles."""
        y = side * (self._width / 2 + SKIN_M)
        length, height, belt = self._length, self._height, self._form.belt
        self._panel(side, (-0.42, 0.42), (SILL - 0.01, SILL + 0.06), BLACK)
        dark = _shade(self._paint, 0.45)
        for seam in (-0.17, 0.03, 0.20):
            self._panel(side, (seam - 0.0015, seam + 0.0015), (SILL + 0.07, belt - 0.07), dark)
        for handle in (-0.13, 0.06):
            place = (handle * length, y, (belt - 0.11) * height)
            self._shape.box((0.17, 0.03, 0.025), place, _shade(self._paint, 0.8))
        for at in WHEEL_AT:
            arch = (at * length, y, WHEEL_RADIUS_M + 0.05)
            self._disc(arch, WHEEL_RADIUS_M + 0.045, side, BLACK)

    def _panel(
        self, side: int, along: tuple[float, float], high: tuple[float, float], colour: Rgb
    ) -> None:
        y = side * (self._width / 2 + SKIN_M)
        (x0, x1), (z0, z1) = along, high
        points = np.array([(x * self._length, y, z * self._height)
                           for x, z in ((x0, z0), (x1, z0), (x1, z1), (x0, z1))])  # fmt: skip
        quad = np.array(((0, 1, 2), (0, 2, 3)))
        self._shape.mesh(points, quad if side < 0 else quad[:, ::-1], np.array(colour))

    def _disc(
        self, middle: tuple[float, float, float], radius: float, side: int, colour: Rgb
    ) -> None:
        angles = np.linspace(0, 2 * np.pi, 17)[:-1] * -side
        rim = np.column_stack((middle[0] + radius * np.cos(angles), np.full(16, middle[1]),
                               middle[2] + radius * np.sin(angles)))  # fmt: skip
        fan = np.array([(i, (i + 1) % 16, 16) for i in range(16)])
        self._shape.mesh(np.vstack((rim, middle)), fan, np.array(colour))

    def _wheel(self, x: float, side: int) -> None:
        inner, outer = (side * (self._width / 2 - 0.20), side * (self._width / 2 + 0.012))
        z = WHEEL_RADIUS_M
        self._shape.tube((x, inner, z), (x, outer, z), WHEEL_RADIUS_M, TYRE, sides=16)
        self._disc((x, outer + side * 0.001, z), WHEEL_RADIUS_M, side, TYRE)
        self._disc((x, outer + side * 0.004, z), 0.215, side, RIM)
        for spoke in range(5):
            angle = 2 * math.pi * spoke / 5
            place = (x + 0.12 * math.cos(angle), outer + side * 0.007, z + 0.12 * math.sin(angle))
            self._disc(place, 0.045, side, BLACK)

    def _end(self, ahead: int) -> None:
        """Lights, grille or plate, bumper; on the front (1) or the rear (-1)."""
        x = ahead * (self._length / 2 + SKIN_M)
        top = float(self._deck(np.array(0.5 * ahead))) / self._height
        half = float(self._half(0.5)) / (self._width / 2)
        lamp = HEADLIGHT if ahead > 0 else TAIL_LIGHT
        for side in (1, -1):
            across = (side * 0.52 * half, side * 0.90 * half)
            self._plate(x, across, (top - 0.13, top - 0.03), lamp)
            wrap = (0.478 * ahead * self._length, side * (float(self._half(0.47)) + 0.004),
                    (top - 0.08) * self._height)  # fmt: skip
            self._shape.box((0.16, 0.012, 0.09 * self._height), wrap, lamp)
        self._plate(x, (-0.93 * half, 0.93 * half), (SILL, SILL + 0.10), BLACK)
        if ahead > 0:
            self._plate(x, (-0.48 * half, 0.48 * half), (top - 0.14, top - 0.05), BLACK)
            self._plate(x, (-0.60 * half, 0.60 * half), (SILL + 0.06, SILL + 0.11), BLACK)
            self._plate(x * 1.002, (-0.30, 0.30), (SILL + 0.055, SILL + 0.125), PLATE)
        else:
            self._plate(x, (-0.50, 0.50), (top - 0.25, top - 0.13), _shade(self._paint, 0.55))
            self._plate(x * 1.002, (-0.30, 0.30), (top - 0.225, top - 0.15), PLATE)
            self._plate(x, (-0.9 * half, 0.9 * half), (top - 0.262, top - 0.255),
                        _shade(self._paint, 0.4))  # fmt: skip

    def _plate(
        self, x: float, across: tuple[float, float], high: tuple[float, float], colour: Rgb
    ) -> None:
        (y0, y1), (z0, z1) = sorted(across), high
        half = self._width / 2
        points = np.array([(x, y * half, z * self._height)
                           for y, z in ((y0, z0), (y1, z0), (y1, z1), (y0, z1))])  # fmt: skip
        quad = np.array(((0, 1, 2), (0, 2, 3)))
        self._shape.mesh(points, quad if x > 0 else quad[:, ::-1], np.array(colour))


def _on(a: Array, b: Array, c: Array, d: Array, u: float, v: float) -> Array:
    """The point of a four-sided face at shares across and up."""
    point: Array = (1 - v) * ((1 - u) * a + u * b) + v * ((1 - u) * d + u * c)
    return point


def _shade(colour: Rgb, by: float) -> Rgb:
    red, green, blue = colour
    return by * red, by * green, by * blue
