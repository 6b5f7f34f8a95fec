"""Parked cars: a side profile swept across the width, with glass, wheels and lights."""

from __future__ import annotations

import itertools

import numpy as np

from simulation.camera.mesh import MeshBuilder, Rgb, rotation_map
from simulation.props import CarBody, ParkedCar
from simulation.world import World

PAINTS: tuple[Rgb, ...] = (
    (0.88, 0.88, 0.87), (0.86, 0.86, 0.88), (0.16, 0.17, 0.19), (0.55, 0.57, 0.60),
    (0.17, 0.24, 0.42), (0.55, 0.12, 0.13), (0.30, 0.32, 0.34), (0.74, 0.70, 0.62),
)  # fmt: skip
GLASS: Rgb = (0.16, 0.20, 0.24)
TYRE: Rgb = (0.09, 0.09, 0.09)
RIM: Rgb = (0.66, 0.67, 0.69)

# Outline in shares of length (from the rear) and of height, from the rear bumper over the roof to
# the front bumper; the flag says whether the piece that starts here is glass.
Profile = tuple[tuple[float, float, bool], ...]
PROFILES: dict[CarBody, Profile] = {
    CarBody.SEDAN: (
        (0.00, 0.20, False), (0.00, 0.45, False), (0.02, 0.62, False), (0.14, 0.66, True),
        (0.28, 0.97, False), (0.34, 1.00, False), (0.52, 1.00, False), (0.57, 0.97, True),
        (0.72, 0.66, False), (0.95, 0.55, False), (1.00, 0.44, False), (1.00, 0.20, False),
    ),
    CarBody.HATCHBACK: (
        (0.00, 0.20, False), (0.00, 0.55, True), (0.07, 0.94, False), (0.14, 1.00, False),
        (0.50, 1.00, False), (0.56, 0.97, True), (0.74, 0.64, False), (0.95, 0.52, False),
        (1.00, 0.42, False), (1.00, 0.20, False),
    ),
    CarBody.VAN: (
        (0.00, 0.20, False), (0.00, 0.52, True), (0.02, 0.94, False), (0.06, 1.00, False),
        (0.78, 1.00, False), (0.84, 0.94, True), (0.95, 0.56, False), (1.00, 0.46, False),
        (1.00, 0.20, False),
    ),
}  # fmt: skip
SIDE_WINDOWS: dict[CarBody, tuple[tuple[float, float], ...]] = {
    CarBody.SEDAN: ((0.20, 0.70), (0.30, 0.92), (0.55, 0.92), (0.67, 0.70)),
    CarBody.HATCHBACK: ((0.08, 0.70), (0.12, 0.91), (0.53, 0.91), (0.67, 0.70)),
    CarBody.VAN: ((0.06, 0.69), (0.07, 0.90), (0.80, 0.90), (0.88, 0.69)),
}
WHEEL_AT = (0.18, 0.81)
WHEEL_RADIUS_M, TYRE_WIDTH_M = 0.31, 0.2
LOW, BELT = 0.20, 0.68  # of the height: sill and shoulder line


def build_cars(world: World, builder: MeshBuilder) -> None:
    """Adds all parked cars."""
    for car in world.cars:
        _Car(car, builder).build()


class _Car:
    """One car in its own frame: x from rear to front, y left, z up from the ground."""

    def __init__(self, car: ParkedCar, builder: MeshBuilder) -> None:
        self._car, self._builder = car, builder
        self._turn = rotation_map(car.yaw_rad, car.pitch_rad, car.roll_rad)
        self._place = np.array((car.x_m, car.y_m, car.z_m))
        self._length, self._width, self._height = car.size_m

    def build(self) -> None:
        """Hull, sides, windows, wheels, lights."""
        paint = PAINTS[self._car.paint % len(PAINTS)]
        profile = PROFILES[self._car.body]
        for (x0, z0, glass), (x1, z1, _) in itertools.pairwise(profile):
            y0, y1 = self._half(z0), self._half(z1)
            corners = [(x0, -y0, z0), (x0, y0, z0), (x1, y1, z1), (x1, -y1, z1)]
            self._quad(corners[::-1], GLASS if glass else paint)
        for side in (1, -1):
            self._side(profile, side, paint)
            for at in WHEEL_AT:
                self._wheel(at, side)
            self._light(0.0, side, (0.70, 0.08, 0.06))
            self._light(1.0, side, (0.93, 0.93, 0.88))
        self._plate()

    def _half(self, z: float) -> float:
        """Half the width at a height share: the cabin leans in."""
        return self._width / 2 * (1.0 if z < 0.68 else 1.0 - 0.42 * (z - 0.68) / 0.32 * 0.6)

    def _map(
        self, points: list[tuple[float, float, float]]
    ) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        local = np.array(points)
        local[:, 0] = (local[:, 0] - 0.5) * self._length
        local[:, 2] *= self._height
        mapped: np.ndarray[tuple[int, int], np.dtype[np.float64]] = (
            local @ self._turn.T + self._place
        )
        return mapped

    def _quad(self, points: list[tuple[float, float, float]], colour: Rgb) -> None:
        self._builder.quad("plain", self._map(points).tolist(), colour)

    def _side(self, profile: Profile, side: int, paint: Rgb) -> None:
        """The flank cut into columns below the roof line, its windows a centimetre outside."""
        marks = sorted({x for x, _, _ in profile} | set(np.linspace(0.0, 1.0, 9)))
        outline = [p for p in profile if p[1] > LOW]
        tops = np.interp(marks, [x for x, _, _ in outline], [z for _, z, _ in outline])
        for (x0, z0), (x1, z1) in itertools.pairwise(zip(marks, tops, strict=True)):
            self._panel(
                side, [(x0, LOW), (x1, LOW), (x1, min(z1, BELT)), (x0, min(z0, BELT))], paint
            )
            if max(z0, z1) > BELT:
                top = [(x0, BELT), (x1, BELT), (x1, max(z1, BELT)), (x0, max(z0, BELT))]
                self._panel(side, top, paint)
        self._panel(side, list(SIDE_WINDOWS[self._car.body])[::-1], GLASS, 0.012)
        self._panel(side, [(0.06, LOW), (0.94, LOW), (0.94, LOW + 0.05), (0.06, LOW + 0.05)],
                    TYRE, 0.008)  # fmt: skip

    def _panel(
        self, side: int, corners: list[tuple[float, float]], colour: Rgb, out_m: float = 0.0
    ) -> None:
        """A piece of the flank by shares of length and height, counter-clockwise from the left."""
        points = [(x, side * (self._half(z) + out_m), z) for x, z in corners]
        self._quad(points if side < 0 else points[::-1], colour)

    def _wheel(self, at: float, side: int) -> None:
        """Tyre and rim as two discs just outside the flank."""
        x = (at - 0.5) * self._length
        for radius, out, colour in ((WHEEL_RADIUS_M, 0.02, TYRE), (0.19, 0.03, RIM)):
            angles = np.linspace(0, 2 * np.pi, 13)[:-1] * -side
            disc = np.column_stack((
                x + radius * np.cos(angles),
                np.full(12, side * (self._width / 2 + out)),
                WHEEL_RADIUS_M + radius * np.sin(angles),
            ))  # fmt: skip
            fan = np.vstack((disc, [x, side * (self._width / 2 + out), WHEEL_RADIUS_M]))
            points = fan @ self._turn.T + self._place
            triangles = [(i, (i + 1) % 12, 12) for i in range(12)]
            self._builder.add("plain", points, colour, (0, 0), triangles)

        self._tread(x, side)

    def _tread(self, x: float, side: int) -> None:
        """What shows of a tyre from ahead and from behind."""
        outer, inner = side * self._width / 2, side * (self._width / 2 - TYRE_WIDTH_M)
        low, high = sorted((outer, inner))
        for ahead in (1, -1):
            at = x + ahead * 0.85 * WHEEL_RADIUS_M
            local = np.array([(at, low, 0.0), (at, high, 0.0), (at, high, WHEEL_RADIUS_M),
                              (at, low, WHEEL_RADIUS_M)])  # fmt: skip
            corners = local @ self._turn.T + self._place
            self._builder.quad("plain", corners[::ahead].tolist(), TYRE)

    def _light(self, end: float, side: int, colour: Rgb) -> None:
        x = end + (0.004 if end else -0.004)
        inner, outer = 0.55 * self._width / 2, 0.97 * self._width / 2
        low, high = (0.46, 0.57) if not end else (0.36, 0.44)
        corners = [(x, side * inner, low), (x, side * outer, low), (x, side * outer, high),
                   (x, side * inner, high)]  # fmt: skip
        forward = (side > 0) == (end > 0.5)
        self._quad(corners if forward else corners[::-1], colour)

    def _plate(self) -> None:
        for end in (0.0, 1.0):
            x = end + (0.005 if end else -0.005)
            corners = [(x, -0.26, 0.27), (x, 0.26, 0.27), (x, 0.26, 0.35), (x, -0.26, 0.35)]
            self._quad(corners if end else corners[::-1], (0.90, 0.90, 0.88))
