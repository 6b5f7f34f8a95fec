"""Mutants of how the safety gate judges whether the wheels obey.

Under the test that kills it: a text of the source, and what stands in its stead.
"""

from __future__ import annotations

OBEYING: dict[str, dict[str, list[tuple[str, str]]]] = {
    "obedience": {
        "test_wheels_that_turn_on_when_told_to_stand_lose_their_power": [
            ("DELAY_S = 0.3", "DELAY_S = 0.1"),
            ("DELAY_S = 0.3", "DELAY_S = 0.5"),
            ("BRAKING_SHARE = 0.5", "BRAKING_SHARE = 1.0"),
            ("BRAKING_SHARE = 0.5", "BRAKING_SHARE = 0.3"),
            ("SLACK_MPS = 0.3", "SLACK_MPS = 0.2"),
            ("SLACK_MPS = 0.3", "SLACK_MPS = 0.5"),
            ("GRACE_S = 0.1", "GRACE_S = 0.0"),
            ("GRACE_S = 0.1", "GRACE_S = 0.2"),
            ("self._told.append((self._time_s, speed_mps))", "pass"),
            ("self._time_s += elapsed_s", "self._time_s += 0.0"),
            ("speed_mps - fastest_mps, slowest_mps - speed_mps", "0.0, slowest_mps - speed_mps"),
            ("self._beyond_s + elapsed_s if", "elapsed_s if"),
            ("self._beyond_s > GRACE_S or", ""),
            ("self._told.popleft()", "break"),
            ("<= self._time_s - DELAY_S", "<= self._time_s"),
            ("if speed_mps is None:\n                return", "if True:\n                return"),
            ("self._slowing_mps2 * elapsed_s", "0.0"),
            ("self._band[1] - narrower_mps", "self._band[1]"),
            ("self._band[1] - narrower_mps", "0.0"),
            ("max(0.0, *speeds, self", "max(0.0, self"),
        ],
        "test_a_stand_between_makes_creeping_harmless": [
            ("CREEP_MPS = 0.05", "CREEP_MPS = 0.0"),
            ("if is_creeping else 0.0", "if is_creeping else self._crept_m"),
        ],
        "test_wheels_that_creep_when_they_should_stand_lose_their_power": [
            ("CREEP_MPS = 0.05", "CREEP_MPS = 0.1"),
            ("CREEP_M = 0.1", "CREEP_M = 0.3"),
            ("slowest_mps == fastest_mps == 0.0 and", "False and"),
            ("self._crept_m + excess_mps * elapsed_s", "excess_mps * elapsed_s"),
            ("or self._crept_m > CREEP_M", ""),
        ],
        "test_a_thin_pole_is_followed_in_a_bend": [
            ("CREEP_M = 0.1", "CREEP_M = 0.05"),
        ],
        "test_the_last_speed_of_a_silent_base_carries_nothing_along": [
            ("        if speed_mps is None:\n            return False\n", ""),
        ],
        "test_a_vehicle_that_rolls_back_under_a_command_ahead_loses_its_power": [
            ("speed_mps - fastest_mps, slowest_mps - speed_mps", "speed_mps - fastest_mps, 0.0"),
            ("min(0.0, *speeds,", "min(*speeds,"),
        ],
        "test_what_is_far_behind_is_forgotten": [
            (
                "if excess_mps > SLACK_MPS else 0.0",
                "if excess_mps > SLACK_MPS else self._beyond_s",
            ),
        ],
        "test_wheels_that_turn_faster_than_told_lose_their_power": [
            ("slowest_mps == fastest_mps == 0.0 and", ""),
        ],
        "test_a_bumper_that_a_stale_base_reported_counts": [
            ("            if speed_mps is None:\n                return 0.0, 0.0\n", ""),
        ],
        "test_a_thing_in_fog_stops_it_at_once": [
            ("self._band = min(0.0, speed_mps), max(0.0, speed_mps)", "self._band = 0.0, 0.0"),
        ],
        "test_a_gate_that_starts_in_motion_lets_it_brake_first": [
            ("self._band = min(0.0, speed_mps), max", "self._band = 0.0, max"),
            ("self._band[0] + narrower_mps", "self._band[0]"),
            ("self._band[0] + narrower_mps", "0.0"),
        ],
        "test_a_slope_that_is_driven_up_is_no_lift": [
            ("min(0.0, *speeds, self", "min(0.0, self"),
        ],
        "test_a_vehicle_that_reverses_is_watched_as_well": [
            ("max(0.0, *speeds,", "max(*speeds,"),
        ],
    },
}
