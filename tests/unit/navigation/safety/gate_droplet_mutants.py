"""Mutants of how the safety gate tells drops in the air from things.

A mutant is a text of the source, and what stands in its stead.
"""

from __future__ import annotations

SIFTING: dict[str, list[tuple[str, str]]] = {
    "droplets": [
        ("NEIGHBOURS = 2", "NEIGHBOURS = 1"),
        ("SOLID = 3", "SOLID = 2"),
        ("SOLID = 3", "SOLID = 4"),
        ("DEPTH_M = 0.15", "DEPTH_M = 0.05"),
        ("DEPTH_M = 0.15", "DEPTH_M = 0.30"),
        ("AGAIN_M, AGAIN_SHARE = 0.02, 0.04", "AGAIN_M, AGAIN_SHARE = 0.02, 0.0"),
        ("AGAIN_M, AGAIN_SHARE = 0.02, 0.04", "AGAIN_M, AGAIN_SHARE = 0.02, 0.2"),
        ("SCANS = 2", "SCANS = 1"),
        ("SCANS = 2", "SCANS = 3"),
        ("SCANS / self._lidar.rate_hz if", "0.0 if"),
        ("SCANS / self._lidar.rate_hz if", "SCANS / 20.0 if"),
        ("DROPS_M = 6.0", "DROPS_M = 2.0"),
        ("DROPS_M = 6.0", "DROPS_M = 12.0"),
        ("NEAR_M = 3.5", "NEAR_M = 9.0"),
        ("NEAR_M = 3.5", "NEAR_M = 0.5"),
        ("FULL_AIR, CLEAR_AIR = 1.5, 0.5", "FULL_AIR, CLEAR_AIR = 0.5, 0.5"),
        ("FULL_AIR, CLEAR_AIR = 1.5, 0.5", "FULL_AIR, CLEAR_AIR = 1.5, 1.5"),
        ("FULL_AIR, CLEAR_AIR = 1.5, 0.5", "FULL_AIR, CLEAR_AIR = 1.5, -1.0"),
        ("if self.is_foggy else 0.0", "if not self.is_foggy else 0.0"),
        ("doubtful = ~_are_solid(scan)", "doubtful = np.ones(len(points), dtype=bool)"),
        ("~self._were_there(points[doubtful])", "True"),
        ("        self._count(points[doubtful])\n", ""),
        ("self._count(points[doubtful])", "self._count(points)"),
        ("points[~doubtful] if self.is_foggy else points", "points[~doubtful]"),
        ("points[~doubtful] if self.is_foggy else points", "points"),
        ("if not 0 <= dt <= GAP_S:", "if not dt <= GAP_S:"),
        ("if not 0 <= dt <= GAP_S:", "if not 0 <= dt:"),
        ("speed_mps * dt, math", "0.0 * dt, math"),
        ("math.tan(steering_rad) / self._wheelbase_m", "0.0"),
        ("len(self._before) == SCANS)\n        reach", "True)\n        reach"),
        ("there &= (squared", "there |= (squared"),
        ("if len(self._before) == SCANS:", "if True:"),
        ("points[:, 0] - self._lidar.x_m", "points[:, 0]"),
        ("self._passing += SHARE", "self._passing -= SHARE"),
        ("alike[hits] >= SOLID", "alike[hits] < SOLID"),
    ],
    "gate": [
        ("REACTION_S + self._droplets.delay_s", "REACTION_S"),
        ("self._droplets.things(scan, base.speed_mps,", "self._droplets.things(scan, 0.0,"),
        (
            "base.speed_mps, base.steering_rad)\n            self._memory",
            "base.speed_mps, 0.0)\n            self._memory",
        ),
    ],
}
