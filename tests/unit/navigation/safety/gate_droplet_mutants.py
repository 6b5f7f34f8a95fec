"""Mutants of how the safety gate tells drops in the air from things.

Under the test that kills it: a text of the source, and what stands in its stead.
"""

from __future__ import annotations

SIFTING: dict[str, dict[str, list[tuple[str, str]]]] = {
    "droplets": {
        "test_neighbouring_rays_of_another_depth_are_other_things": [
            ("NEIGHBOURS = 2", "NEIGHBOURS = 1"),
            ("SOLID = 3", "SOLID = 2"),
            ("DEPTH_M = 0.15", "DEPTH_M = 0.05"),
            ("DEPTH_M = 0.15", "DEPTH_M = 0.30"),
        ],
        "test_a_thing_in_fog_stops_it_at_once": [
            ("SOLID = 3", "SOLID = 4"),
            ("SCANS = 2", "SCANS = 3"),
            ("DROPS_M = 6.0", "DROPS_M = 2.0"),
            ("NEAR_M = 3.5", "NEAR_M = 0.5"),
            ("doubtful = ~_are_solid(scan)", "doubtful = np.ones(len(points), dtype=bool)"),
            ("        self._count(points[doubtful])\n", ""),
            ("points[~doubtful] if self.is_foggy else points", "points"),
            ("there &= (squared", "there |= (squared"),
            ("self._passing += SHARE", "self._passing -= SHARE"),
            ("alike[hits] >= SOLID", "alike[hits] < SOLID"),
        ],
        "test_an_echo_further_on_is_another": [
            ("AGAIN_M, AGAIN_SHARE = 0.02, 0.04", "AGAIN_M, AGAIN_SHARE = 0.02, 0.0"),
            ("AGAIN_M, AGAIN_SHARE = 0.02, 0.04", "AGAIN_M, AGAIN_SHARE = 0.02, 0.2"),
            ("points[:, 0] - self._lidar.x_m", "points[:, 0]"),
        ],
        "test_a_thin_pole_in_fog_is_believed_two_scans_later": [
            ("SCANS = 2", "SCANS = 1"),
            ("~self._were_there(points[doubtful])", "True"),
        ],
        "test_fog_takes_more_room_for_the_same_speed": [
            ("SCANS / self._lidar.rate_hz if", "0.0 if"),
            ("if self.is_foggy else 0.0", "if not self.is_foggy else 0.0"),
            ("self._count(points[doubtful])", "self._count(points)"),
        ],
        "test_fog_ends_later_than_it_begins": [
            ("SCANS / self._lidar.rate_hz if", "SCANS / 20.0 if"),
            ("FULL_AIR, CLEAR_AIR = 1.5, 0.5", "FULL_AIR, CLEAR_AIR = 1.5, 1.5"),
        ],
        "test_no_drop_echoes_from_far_away": [
            ("DROPS_M = 6.0", "DROPS_M = 12.0"),
        ],
        "test_a_few_thin_things_are_no_fog_nor_is_a_first_scan": [
            ("NEAR_M = 3.5", "NEAR_M = 9.0"),
            ("FULL_AIR, CLEAR_AIR = 1.5, 0.5", "FULL_AIR, CLEAR_AIR = 0.5, 0.5"),
            ("if len(self._before) == SCANS:", "if True:"),
        ],
        "test_when_the_air_clears_every_echo_counts_again": [
            ("FULL_AIR, CLEAR_AIR = 1.5, 0.5", "FULL_AIR, CLEAR_AIR = 1.5, -1.0"),
        ],
        "test_a_drop_in_clear_air_is_a_thing": [
            ("points[~doubtful] if self.is_foggy else points", "points[~doubtful]"),
        ],
        "test_things_of_before_a_gap_confirm_nothing": [
            ("if not 0 <= dt <= GAP_S:", "if not dt <= GAP_S:"),
            ("if not 0 <= dt <= GAP_S:", "if not 0 <= dt:"),
            ("len(self._before) == SCANS)\n        reach", "True)\n        reach"),
        ],
        "test_a_thin_pole_is_followed_while_the_vehicle_drives_towards_it": [
            ("speed_mps * dt, math", "0.0 * dt, math"),
        ],
        "test_a_thin_pole_is_followed_in_a_bend": [
            ("math.tan(steering_rad) / self._wheelbase_m", "0.0"),
        ],
    },
    "gate": {
        "test_fog_takes_more_room_for_the_same_speed": [
            ("REACTION_S + self._droplets.delay_s", "REACTION_S"),
        ],
        "test_a_thin_pole_is_followed_while_the_vehicle_drives_towards_it": [
            ("self._droplets.things(scan, base.speed_mps,", "self._droplets.things(scan, 0.0,"),
        ],
        "test_a_thin_pole_is_followed_in_a_bend": [
            (
                "base.speed_mps, base.steering_rad)\n            self._memory",
                "base.speed_mps, 0.0)\n            self._memory",
            ),
        ],
    },
}
