"""Mutants of how the safety gate knows where the ground ends.

Under the test that kills it: a text of the source, and what stands in its stead.
"""

from __future__ import annotations

DROPPING: dict[str, dict[str, list[tuple[str, str]]]] = {
    "climb": {
        "test_the_height_driven_comes_back_and_is_not_that_of_another_way": [
            ("wheelbase_m / 2", "0.0"),
            ("self._at_m += travel_m", "pass"),
            ("while self._places_m and self._places_m[-1] > self._at_m:", "while False:"),
            ("self._places_m[-KEEP:]", "[]"),
            ("-travel_m * math.sin(", "travel_m * math.sin("),
            ("-travel_m * math.sin(", "0.0 * math.sin("),
        ],
    },
    "drop_ground": {
        "test_a_point_of_a_leaning_vehicle_lies_where_its_tilt_puts_it": [
            ("y_m * sin_roll + z_m * cos_roll", "z_m * cos_roll"),
            ("y_m * cos_roll - z_m * sin_roll", "y_m"),
            ("x_m * cos_pitch + up * sin_pitch", "x_m"),
            ("self.z_m + up * cos_pitch", "up * cos_pitch"),
            ("up * cos_pitch - x_m * sin_pitch", "up * cos_pitch + x_m * sin_pitch"),
        ],
        "test_the_edge_lies_where_the_beam_looked": [
            ("cos * math.sin(ranger.yaw_rad)", "0.0"),
        ],
        "test_a_platform_behind_a_leg_has_an_edge": [
            ("NOISE_M = 0.02", "NOISE_M = 0.08"),
            ("self._is_sure or body[2] <", "body[2] <"),
            ("FOOT_M = 0.5", "FOOT_M = 9.0"),
        ],
        "test_an_edge_stays_in_its_place_in_a_bend": [
            ("NOISE_M = 0.02", "NOISE_M = -0.03"),
            ("bumper_m + s * (x_m - bumper_m), y_m", "bumper_m, y_m"),
        ],
        "test_it_may_wake_up_before_a_tall_thing_on_a_crest": [
            ("GRADE_NOISE = 0.03", "GRADE_NOISE = 0.3"),
            ("spec.max_grade + GRADE_NOISE", "GRADE_NOISE"),
            ("        if -down_m > self._first_m:", "        if False:"),
            ("self._grade * away_m", "9.0 * away_m"),
        ],
        "test_one_reading_is_not_believed_two_are": [
            ("spec.max_kerb_m, spec.max_grade + GRADE", "0.0, spec.max_grade + GRADE"),
            ("past_m <= REACH_M]", "past_m <= 0.0]"),
            (
                "            return Sight.LOW\n        sight",
                "            return Sight.GROUND\n        sight",
            ),
        ],
        "test_a_kerb_at_the_top_of_the_steepest_slope_is_no_edge": [
            ("/ share + NOISE_M", "+ NOISE_M"),
        ],
        "test_a_thing_behind_an_edge_does_not_take_it_back": [
            ("known[2] - spot[2] - self._fall_m", "spot[2] - known[2] - self._fall_m"),
        ],
        "test_up_the_steepest_slope_an_edge_is_stopped_short_of": [
            ("if deep_m > -self._still_m:", "if deep_m > 0.0:"),
            ("CREST = 0.22", "CREST = 0.9"),
            ("CREST_M = 0.3", "CREST_M = 0.0"),
            ("CREST + GRADE_NOISE - stands_m", "CREST + GRADE_NOISE + stands_m"),
        ],
        "test_a_crest_that_gave_no_echo_once_is_no_edge": [
            ("if deep_m > -self._still_m:", "if deep_m > -STILL_M:"),
            (
                "            self._still_m = 0.0\n            return Sight.LOW",
                "            self._still_m = STILL_M\n            return Sight.LOW",
            ),
            ("CREST = 0.22", "CREST = 0.1"),
        ],
        "test_an_edge_ahead_does_not_hold_who_backs_away_and_is_forgotten_far_off": [
            ("STILL_M = 0.02", "STILL_M = 0.2"),
        ],
        "test_over_the_top_of_the_steepest_slope_the_ground_falls_as_steeply": [
            ("CREST_M = 0.3", "CREST_M = 9.0"),
        ],
        "test_drives_kerbs_and_slopes_that_it_may_drive": [
            ("- stance.z_m\n", "\n"),
        ],
        "test_ground_that_was_never_level_with_the_wheels_may_end": [
            (
                "                return Sight.LOW\n            else:",
                "                return Sight.GROUND\n            else:",
            ),
            ("self._is_sure or body[2] < -self._kerb_m - NOISE_M", "self._is_sure"),
        ],
        "test_it_may_wake_up_before_a_low_thing_that_goes": [
            ("self._is_sure or body[2] < -self._kerb_m - NOISE_M", "True"),
        ],
        "test_a_thing_in_the_beam_is_no_edge_when_it_is_gone": [
            ("spot[2] - known[2] > self._rise_m(past_m)", "False"),
        ],
        "test_a_foot_in_the_beam_is_no_edge_when_it_is_gone": [
            ("FOOT_M = 0.5", "FOOT_M = 0.0"),
            ("BEFORE_M = 0.3", "BEFORE_M = 9.0"),
            ("if self._is_foot(spot):", "if False:"),
            (
                "            self._since = 0\n            return Sight.THING",
                "            return Sight.THING",
            ),
            ("along_m[-1] - self._kerb_m - NOISE_M", "along_m[-1] + 0.1"),
            ("self._since + 1", "self._since"),
        ],
        "test_a_foot_on_ground_that_is_hardly_known_may_be_an_edge": [
            ("BEFORE_M = 0.3", "BEFORE_M = 0.0"),
        ],
        "test_an_edge_behind_somebody_is_one": [
            ("along_m[-1] - self._kerb_m - NOISE_M", "along_m[-1] - 9.0"),
        ],
        "test_a_vehicle_that_wakes_up_before_an_edge_does_not_move": [
            ("        if down_m > self._first_m:", "        if False:"),
            ("bumper_m + s * (x_m - bumper_m), y_m", "x_m, y_m"),
        ],
        "test_after_a_gap_the_ground_is_found_anew": [
            ("self._spots, self._is_sure, self._since = [], False, 0", "pass"),
        ],
        "test_stops_at_an_edge_on_a_slope_and_beside_one": [
            ("return [known[:2], beyond]", "return [beyond]"),
        ],
    },
    "drops": {
        "test_one_reading_is_not_believed_two_are": [
            ("READINGS = 2", "READINGS = 1"),
            ("READINGS = 2", "READINGS = 5"),
            ("KEEP_WITHIN_M = 4.5", "KEEP_WITHIN_M = 0.5"),
            ("        if not self._tracks:", "        if True:"),
            ("if self._read_s.get(ranger.name) == sample.stamp_s:", "if False:"),
            (
                "self._lows.get(name, 0) + 1 if sight is Sight.LOW else 0",
                "1 if sight is Sight.LOW else 0",
            ),
            ("+ 1 if sight is Sight.LOW else 0", "+ (sight is Sight.LOW)"),
            ("if 0 <= elapsed_s <= GAP_S", "if 0 <= elapsed_s"),
            ("if 0 <= elapsed_s <= GAP_S", "if False"),
            ("BRIDGE_M = 0.25", "BRIDGE_M = 0.0"),
            ("(self._edges, *self._open.values())", "(self._edges,)"),
        ],
        "test_an_edge_ahead_does_not_hold_who_backs_away_and_is_forgotten_far_off": [
            ("KEEP_WITHIN_M = 4.5", "KEEP_WITHIN_M = 90"),
        ],
        "test_after_a_gap_the_ground_is_found_anew": [
            ("        self._roll(base, now_s)\n", ""),
            ("            track.clear()", "            pass"),
        ],
        "test_old_and_impossible_ranges_are_no_edges": [
            ("return is_now and is_possible", "return is_possible"),
            ("is_now and is_possible(sample.range_m, ranger)", "is_now"),
        ],
        "test_what_happened_in_a_gap_leaves_nothing_in_its_place": [
            ("        self.forget()  #", "        pass  #"),
        ],
        "test_what_is_near_the_bumper_stays_until_a_person_has_looked": [
            (
                "self._open, self.points = NOTHING, {}, NOTHING",
                "self.points = self._edges, NOTHING",
            ),
            (
                "self._edges, self._open, self.points = NOTHING, {}",
                "_, self._open, self.points = 0, {}",
            ),
        ],
        "test_a_platform_behind_a_leg_has_an_edge": [
            ("BRIDGE_M = 0.25", "BRIDGE_M = 9.0"),
        ],
        "test_a_thing_behind_an_edge_does_not_take_it_back": [
            ("sight is Sight.THING or track.gap_m", "track.gap_m"),
            ("np.concatenate((self._edges, found_before))", "self._edges"),
        ],
        "test_an_edge_stays_in_its_place_in_a_bend": [
            ("elapsed_s * base.speed_mps", "0.0"),
            (
                "self.points = seen_from(self._base,",
                "self.points = seen_from(Pose2(0.0, 0.0, 0.0),",
            ),
            ("math.tan(base.steering_rad)", "0.0"),
        ],
        "test_a_late_range_counts_from_where_it_was_read": [
            ("(sample.stamp_s - now_s) * base.speed_mps", "0.0"),
        ],
        "test_the_tilt_of_the_reading_counts_not_that_of_now": [
            (
                "key=lambda tilt: abs(tilt.stamp_s - sample.stamp_s)",
                "key=lambda tilt: -tilt.stamp_s",
            ),
        ],
        "test_who_wakes_up_before_an_edge_may_back_away": [
            ("ranger.foot_m[0] > self._spec.front_m", "ranger.foot_m[0] < self._spec.front_m"),
        ],
    },
    "gate": {
        "test_a_ranger_that_never_spoke_stops_it": [
            ("(*spec.ultrasonics, *spec.drop_rangers)", "spec.ultrasonics"),
        ],
        "test_one_reading_is_not_believed_two_are": [
            ("        self._drops.step(samples, base, now_s)\n", ""),
        ],
        "test_what_is_near_the_bumper_stays_until_a_person_has_looked": [
            ("        self._drops.forget()\n", ""),
        ],
        "test_a_thing_before_an_edge_is_told_as_a_thing": [
            ("for those in (points, self._drops.points)", "for those in (points, points)"),
            ("min(thing_m, drop_m)", "thing_m"),
        ],
        "test_stops_for_an_obstacle_in_the_stop_zone": [
            ("min(thing_m, drop_m)", "drop_m"),
            ("drop_m < thing_m)", "drop_m > thing_m)"),
            ("FaultKind.DROP_AHEAD if around.is_drop else", "FaultKind.DROP_AHEAD if True else"),
        ],
    },
}
