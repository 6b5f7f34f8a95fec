"""Mutants of what the safety gate feels: a push, a lift, a wheel that disobeys.

Under the test that kills it: a text of the source, and what stands in its stead.
"""

from __future__ import annotations

FEELING: dict[str, dict[str, list[tuple[str, str]]]] = {
    "leaky": {
        "test_a_slide_on_held_wheels_is_a_push": [
            ("LEAK_S = 1.2", "LEAK_S = 0.4"),
            ("rest_mps2 * elapsed_s / self._mean_s", "rest_mps2 / self._mean_s"),
            (
                "self._speed_mps += rest_mps2 * elapsed_s",
                "self._speed_mps = rest_mps2 * elapsed_s",
            ),
        ],
        "test_an_error_of_the_sensor_is_no_slide": [
            ("LEAK_S = 1.2", "LEAK_S = 4.0"),
            ("acceleration_mps2 - self._error_mps2", "acceleration_mps2"),
            ("self._error_mps2 += rest_mps2", "self._error_mps2 -= rest_mps2"),
            ("* math.exp(-elapsed_s / LEAK_S)", ""),
        ],
        "test_an_error_that_has_been_learned_hides_no_slide": [
            ("MEAN_S = 20.0  # of", "MEAN_S = 2.0  # of"),
            ("self._mean_s = min(self._mean_s + elapsed_s, MEAN_S)", "pass"),
        ],
        "test_an_error_of_the_sensor_makes_no_lift_of_a_kerb": [
            ("FIRST_MEAN_S = 2.0", "FIRST_MEAN_S = 20.0"),
        ],
        "test_a_slope_that_is_driven_up_is_no_lift": [
            ("self._speed_mps - known_mps) *", "self._speed_mps) *"),
            ("return beyond_mps", "return self._speed_mps"),
        ],
        "test_a_slope_explains_no_lift": [
            ("self._speed_mps = known_mps + beyond_mps", "self._speed_mps = beyond_mps"),
        ],
        "test_kerbs_are_no_lift_at_any_speed_one_upon_the_other": [
            ("return beyond_mps", "return abs(beyond_mps)"),
        ],
    },
    "lift": {
        "test_a_lift_is_felt_at_eight_centimetres_and_not_before": [
            ("LIFTED_M = 0.08", "LIFTED_M = 0.06"),
        ],
        "test_a_lift_is_felt_within_a_second": [
            ("LIFTED_M = 0.08", "LIFTED_M = 0.12"),
            ("self._height_m += rise_mps * elapsed_s", "self._height_m = rise_mps * elapsed_s"),
        ],
        "test_a_slope_that_is_driven_up_is_no_lift": [
            ("= -speed_mps * math.sin(pitch_rad)", "= speed_mps * math.sin(pitch_rad)"),
            ("= -speed_mps * math.sin(pitch_rad)", "= -math.sin(pitch_rad)"),
            ("= -speed_mps * math.sin(pitch_rad)", "= 0.0"),
            ("= -speed_mps * math", "= -abs(speed_mps) * math"),
        ],
        "test_kerbs_are_no_lift_at_any_speed_one_upon_the_other": [
            (
                "self._height_m += rise_mps * elapsed_s",
                "self._height_m += abs(rise_mps) * elapsed_s",
            ),
        ],
        "test_a_slope_that_is_driven_down_is_no_lift": [
            ("        self._height_m *= math.exp(-elapsed_s / LEAK_S)\n", ""),
        ],
        "test_who_is_set_down_is_not_lifted": [
            ("self._height_m > LIFTED_M", "abs(self._height_m) > LIFTED_M"),
        ],
    },
    "push": {
        "test_a_wheel_that_turns_is_not_a_push_by_itself": [
            ("STANDING_MPS = 0.05", "STANDING_MPS = 0.03"),
            ("STANDING_MPS = 0.05", "STANDING_MPS = 0.1"),
            ("or abs(speed_mps) > STANDING_MPS", ""),
            ("abs(speed_mps) > STANDING_MPS", "speed_mps > STANDING_MPS"),
        ],
        "test_springs_may_come_to_rest_after_a_stop": [
            ("SETTLED_S = 1.0", "SETTLED_S = 0.8"),
            ("SETTLED_S = 1.0", "SETTLED_S = 1.3"),
            ("self._stood_s += elapsed_s", "self._stood_s += 1.1"),
        ],
        "test_wind_and_a_childs_hand_are_no_push": [
            ("ROCKING_RADPS = 0.04", "ROCKING_RADPS = 0.035"),
        ],
        "test_two_samples_of_rocking_are_a_push_and_one_is_a_spike": [
            ("ROCKING_RADPS = 0.04", "ROCKING_RADPS = 0.05"),
            ("ROCKING_S = 0.03", "ROCKING_S = 0.0"),
            ("ROCKING_S = 0.03", "ROCKING_S = 0.06"),
            ("self._rocked_s + elapsed_s if", "elapsed_s if"),
            ("if is_rocking else 0.0", "if is_rocking else self._rocked_s"),
            ("self._rocked_s > ROCKING_S or", ""),
        ],
        "test_a_slide_on_held_wheels_is_a_push": [
            ("SLIDING_MPS = 0.10", "SLIDING_MPS = 0.07"),
            ("SLIDING_MPS = 0.10", "SLIDING_MPS = 0.13"),
            ("or math.hypot(forward_mps, left_mps) > SLIDING_MPS", ""),
            ("math.hypot(forward_mps, left_mps)", "abs(forward_mps)"),
            ("math.hypot(forward_mps, left_mps)", "abs(left_mps)"),
            ("math.hypot(forward_mps, left_mps)", "max(abs(forward_mps), abs(left_mps))"),
            ("math.hypot(forward_mps, left_mps)", "max(forward_mps, left_mps)"),
        ],
        "test_who_is_told_to_drive_and_stands_yet_is_not_pushed": [
            ("not told_to_stand or", ""),
        ],
        "test_rocking_counts_anew_from_each_stop": [
            ("STANDING_MPS:\n            self._stood_s = 0.0\n", "STANDING_MPS:\n"),
        ],
        "test_a_spike_before_the_last_drive_is_forgotten": [
            (
                "            self._rocked_s = 0.0\n            self._begin()\n            return",
                "            self._begin()\n            return",
            ),
        ],
        "test_a_slide_begins_with_each_stop": [
            ("            self._begin()\n            return", "            return"),
        ],
    },
    "touch": {
        "test_a_late_sample_counts_for_as_long_as_it_is_late": [
            ("MAX_SAMPLE_S = 0.1", "MAX_SAMPLE_S = 0.03"),
            ("self._told_mps == 0.0, sample_s", "self._told_mps == 0.0, 0.02"),
            ("base.pitch_rad, sample_s", "base.pitch_rad, 0.02"),
        ],
        "test_a_gap_or_a_clock_that_jumps_proves_nothing": [
            ("MAX_SAMPLE_S = 0.1", "MAX_SAMPLE_S = 0.2"),
            ("if not 0.0 < sample_s <= MAX_SAMPLE_S", "if not 0.0 < sample_s"),
        ],
        "test_wheels_that_turn_on_when_told_to_stand_lose_their_power": [
            ("{FaultKind.BASE_DISOBEYS, FaultKind.BUMP,", "{FaultKind.BUMP,"),
            (
                "None if base is None else base.speed_mps, elapsed_s",
                "base and base.speed_mps, 0.0",
            ),
            ("faults.add(FaultKind.BASE_DISOBEYS)", "pass"),
        ],
        "test_a_pressed_bumper_latches_and_cuts_the_power_in_the_same_cycle": [
            ("FaultKind.BUMP, FaultKind.LIFTED})", "FaultKind.LIFTED})"),
        ],
        "test_a_lift_latches_and_cuts_the_power": [
            ("FaultKind.BUMP, FaultKind.LIFTED})", "FaultKind.BUMP})"),
        ],
        "test_a_shove_against_a_vehicle_that_stands_latches": [
            ("FaultKind.BUMP, FaultKind.LIFTED})", "FaultKind.BUMP, *FaultKind})"),
        ],
        "test_who_has_pushed_has_let_go_before_it_can_be_reset": [
            ("QUIET_S = 1.0", "QUIET_S = 0.8"),
        ],
        "test_what_has_been_felt_is_told_until_a_second_later": [
            ("QUIET_S = 1.0", "QUIET_S = 1.3"),
            ("0.0 if fault in felt else quiet_s + elapsed_s", "quiet_s + elapsed_s"),
            ("0.0 if fault in felt else quiet_s + elapsed_s", "0.0 if fault in felt else quiet_s"),
        ],
        "test_who_is_told_to_drive_and_stands_yet_is_not_pushed": [
            ("self._told_mps = speed_mps", "pass"),
            ("self._told_mps == 0.0", "True"),
        ],
        "test_rocking_counts_anew_from_each_stop": [
            ("        self._obedience.tell(speed_mps)\n", ""),
        ],
        "test_two_samples_of_rocking_are_a_push_and_one_is_a_spike": [
            ("frozenset() if base is None else self._felt(base)", "frozenset()"),
            ("0.0 if fault in felt else", "0.0 if felt else"),
            ("        self._sample_s = motion.stamp_s\n", ""),
            ("faults.add(FaultKind.PUSHED)", "pass"),
        ],
        "test_a_motion_that_is_no_number_is_a_tilt_that_nobody_knows": [
            ("faults = set(felt)", "faults = set()"),
            ("not motion.is_finite or", ""),
            ("or not math.isfinite(base.pitch_rad)", ""),
        ],
        "test_springs_may_come_to_rest_after_a_stop": [
            (
                "0.0 if self._sample_s is None else motion",
                "0.05 if self._sample_s is None else motion",
            ),
        ],
        "test_a_sample_that_comes_again_counts_once": [
            ("if not 0.0 < sample_s <= MAX_SAMPLE_S", "if not sample_s <= MAX_SAMPLE_S"),
            ("if not 0.0 < sample_s <= MAX_SAMPLE_S", "if not 0.0 <= sample_s <= MAX_SAMPLE_S"),
        ],
        "test_a_lift_is_felt_within_a_second": [
            ("faults.add(FaultKind.LIFTED)", "pass"),
        ],
    },
}
