"""Mutants of how the safety gate foresees who will be in its way.

Under the test that kills it: a text of the source, and what stands in its stead.
"""

from __future__ import annotations

FORESEEING: dict[str, dict[str, list[tuple[str, str]]]] = {
    "movers": {
        "test_a_slow_walker_is_told_from_one_who_stands": [
            ("SCANS = 4", "SCANS = 1"),
            ("if len(self.stamps_s) > 1 else None", "if len(self.stamps_s) > 5 else None"),
        ],
        "test_the_edge_of_what_was_seen_before_does_not_move": [
            ("BEYOND_M = 0.12", "BEYOND_M = 0.04"),
            ("BEYOND_M = 0.12", "BEYOND_M = 0.3"),
        ],
        "test_who_sets_off_has_a_velocity_at_once": [
            ("BESIDE = 2", "BESIDE = 0"),
            ("if not (len(before) and last_s < self.stamp_s):", "if True:"),
            ("now = near[_are_beside(near, points)]", "now = points"),
            ("before = seen[_are_beside(seen, points)]", "before = seen"),
            ("self._seen = (self._seen[0], seen_from(motion, self._seen[1]))", "pass"),
        ],
        "test_what_is_far_is_left_alone": [
            ("WITHIN_M = 8.0", "WITHIN_M = 7.0"),
            ("WITHIN_M = 8.0", "WITHIN_M = 10.0"),
        ],
        "test_legs_belong_together_and_two_people_do_not": [
            ("TOGETHER_M = 0.5", "TOGETHER_M = 0.25"),
            ("TOGETHER_M = 0.5", "TOGETHER_M = 0.95"),
        ],
        "test_two_echoes_are_nobody_and_a_wall_is_no_mover": [
            ("FEWEST = 3", "FEWEST = 2"),
            ("WIDEST_M = 2.5", "WIDEST_M = 5.0"),
            ("WIDEST_M = 2.5", "WIDEST_M = 1.0"),
        ],
        "test_who_is_half_out_of_sight_is_hit_by_fewer_rays": [
            ("FEWEST_CUT = 2", "FEWEST_CUT = 1"),
            ("FEWEST_CUT = 2", "FEWEST_CUT = 3"),
            ("CUT_RAD = 0.02", "CUT_RAD = 0.07"),
            ("CUT_RAD = 0.02", "CUT_RAD = 0.002"),
            ("np.abs(angles).max()", "angles.max()"),
            ("base.transform_points(near)", "near"),
            ("base.compose(motion)", "base"),
        ],
        "test_two_things_too_far_apart_are_not_one_that_jumped": [
            ("SAME_M, NEW_SAME_M = 0.35, 0.5", "SAME_M, NEW_SAME_M = 0.9, 0.5"),
            ("SAME_M, NEW_SAME_M = 0.35, 0.5", "SAME_M, NEW_SAME_M = 0.35, 0.7"),
            ("and apart[best] <= _reach_m(known[best])", ""),
            ("velocity_mps is None else SAME_M", "velocity_mps is None else NEW_SAME_M"),
        ],
        "test_a_child_that_runs_is_one_mover_from_the_second_scan_on": [
            ("SAME_M, NEW_SAME_M = 0.35, 0.5", "SAME_M, NEW_SAME_M = 0.35, 0.2"),
            ("last if velocity is None else last + velocity", "last if True else last + velocity"),
            ("mover.expected(stamp_s)) for", "mover.middles[-1]) for"),
        ],
        "test_a_velocity_is_over_ground": [
            ("KEPT_SCANS = 6", "KEPT_SCANS = 9"),
            ("came |= self._were_free", "came &= self._were_free"),
            ("self._before.append((Pose2(0.0, 0.0, 0.0), scan))", "pass"),
            ("rolled(speed_mps * elapsed_s", "rolled(0.0 * elapsed_s"),
            ("mover.lows = seen_from(motion, mover.lows)", "pass"),
            ("mover.highs = seen_from(motion, mover.highs)", "pass"),
            ("middle = (low + high) / 2", "middle = high * 2"),
        ],
        "test_who_is_hidden_is_counted_on_for_a_while": [
            ("LOST_S = 0.35", "LOST_S = 0.15"),
            ("LOST_S = 0.35", "LOST_S = 0.6"),
        ],
        "test_who_comes_into_sight_is_as_fast_as_their_edge": [
            ("if len(self.stamps_s) < 2:", "if len(self.stamps_s) < 6:"),
            ("WHOLE_FROM = 4", "WHOLE_FROM = 2"),
            ("WHOLE_FROM = 4", "WHOLE_FROM = 9"),
            ("GREW_M = 0.15", "GREW_M = 0.8"),
            ("edges = (_slope(stamps_s, lows), ", "edges = (velocity, "),
            ("_slope(stamps_s, highs), velocity)", "velocity, velocity)"),
        ],
        "test_who_is_seen_whole_has_one_velocity": [
            ("GREW_M = 0.15", "GREW_M = 0.0"),
        ],
        "test_who_comes_out_of_hiding_has_none": [
            ("if not (len(before) and last_s < self.stamp_s):", "if not len(before):"),
        ],
        "test_what_appears_where_nothing_was_seen_through_does_not_move": [
            ("near[came]", "near"),
            ("np.hypot(x, y)[looked] + BEYOND_M", "np.hypot(x, y)[looked] - BEYOND_M"),
            (".all(axis=1)\n        return free", ".any(axis=1)\n        return free"),
        ],
        "test_after_a_gap_nothing_is_known_to_move": [
            ("if not 0 <= elapsed_s <= GAP_S:", "if not 0 <= elapsed_s:"),
            ("if not 0 <= elapsed_s <= GAP_S:", "if not elapsed_s <= GAP_S:"),
            ("self._before.clear()", "pass"),
        ],
        "test_things_that_stand_do_not_move_by_the_vehicle_s_motion": [
            ("math.tan(steering_rad) / self._wheelbase_m", "0.0"),
        ],
        "test_the_last_rays_have_no_neighbours_to_go_by": [
            ("(rays >= BESIDE) & ", "(rays >= -9999) & "),
            (" & (rays < len(scan.ranges_m) - BESIDE)", ""),
        ],
        "test_two_who_pass_each_other_keep_their_ways": [
            ("int(np.argmin(apart)) if apart else 0", "0"),
            ("self.now = followed + lost", "self.now = followed"),
        ],
        "test_who_comes_from_behind_a_car_may_walk_anywhere": [
            ("STOOD_M = 0.5", "STOOD_M = 5.0"),
        ],
        "test_who_sets_off_beside_the_way_at_a_walk_is_believed": [
            ("STOOD_M = 0.5", "STOOD_M = 0.1"),
        ],
        "test_who_comes_out_of_hiding_near_by_is_stopped_for_at_once": [
            ("return [], False", "return [], True"),
        ],
    },
    "approach": {
        "test_a_wheelbase_that_is_wrong_by_a_fifth_hides_nobody": [
            ("UNMADE_SHARE, UNMADE_RADPS = 0.75, 0.03", "UNMADE_SHARE, UNMADE_RADPS = 1.0, 0.03"),
        ],
        "test_a_turn_that_the_body_does_not_make_moves_no_house": [
            ("UNMADE_SHARE, UNMADE_RADPS = 0.75, 0.03", "UNMADE_SHARE, UNMADE_RADPS = 0.5, 0.03"),
            ("UNMADE_SHARE, UNMADE_RADPS = 0.75, 0.03", "UNMADE_SHARE, UNMADE_RADPS = 0.75, 0.3"),
            ("if self._is_turning_as_told(base):", "if True:"),
            ("abs(base.speed_mps * math.tan(base.steering_rad))", "0.0"),
            ("if not self.movers.now:", "if False:"),
        ],
        "test_a_doubt_forgets_who_was_followed": [
            ("self.movers.forget()", "pass"),
        ],
        "test_who_sets_off_is_stopped_for_at_the_first_scan_that_shows_it": [
            ("EARLY_S = 0.4", "EARLY_S = 0.0"),
            ("BODY_M = 0.25", "BODY_M = 0.0"),
            ("rolling_mps / self._spec.max_deceleration_mps2 +", "0.0 +"),
        ],
        "test_who_comes_out_of_hiding_near_by_is_stopped_for_at_once": [
            ("EARLY_S = 0.4", "EARLY_S = 1.0"),
            ("BODY_M = 0.25", "BODY_M = 0.6"),
            ("mover.is_alone and max(", "max("),
            ("UNKNOWN_MPS = 1.6", "UNKNOWN_MPS = 0.5"),
            ("UNKNOWN_MPS = 1.6", "UNKNOWN_MPS = 2.6"),
            ("spec.width_m / 2, 0.0", "spec.width_m, 0.0"),
        ],
        "test_who_shifts_their_weight_is_not_coming": [
            ("MOVING_MPS = 0.3", "MOVING_MPS = 0.1"),
            ("if math.hypot(*v) >= MOVING_MPS]", "]"),
        ],
        "test_a_standing_vehicle_waits_until_they_have_passed": [
            ("ROLLING_MPS = 0.3", "ROLLING_MPS = 0.0"),
        ],
        "test_a_child_that_runs_is_stopped_for_within_three_scans": [
            ("self.movers.see(", "str("),
            ("velocity * (late_s + time_s)", "velocity * late_s"),
            ("rolled(speed_mps * time_s, curve_1pm)", "rolled(0.0, curve_1pm)"),
            ("x - spec.front_m,", "x,"),
        ],
        "test_an_older_scan_is_carried_on": [
            ("REACTION_S + rolling_mps", "rolling_mps"),
            ("now_s - self.movers.stamp_s + stands_s", "stands_s"),
        ],
        "test_a_forecast_is_for_the_way_that_is_driven": [
            ("direction * rolling_mps", "rolling_mps"),
            ("for curve in curves", "for curve in curves[:1]"),
            ("rolled(speed_mps * time_s, curve_1pm)", "rolled(speed_mps * time_s, 0.0)"),
        ],
        "test_who_comes_round_a_corner_may_walk_anywhere": [
            ("FASTEST_MPS = 4.0", "FASTEST_MPS = 9.0"),
        ],
        "test_who_sets_off_beside_the_way_at_a_walk_is_believed": [
            ("FASTEST_MPS = 4.0", "FASTEST_MPS = 1.0"),
        ],
        "test_a_cyclist_who_is_known_to_be_fast_is_let_past": [
            ("if is_new and not is_known", "if not is_known"),
        ],
        "test_who_comes_into_sight_is_as_fast_as_their_edge": [
            ("spreads_mps in _guesses(mover):", "spreads_mps in _guesses(mover)[-1:]:"),
        ],
        "test_who_was_hidden_is_the_same_person": [
            ("late_s + time_s", "time_s"),
        ],
        "test_who_walks_behind_it_is_let_past": [
            ("-spec.rear_overhang_m - x", "-9.0 - x"),
            ("beyond_x, beyond_y).min()", "0.0 * beyond_x, beyond_y).min()"),
        ],
    },
    "gate": {
        "test_a_child_that_runs_is_stopped_for_within_three_scans": [
            ("self._approach.see(scan, self._points, base)", "pass"),
            ("room_m <= need_m or is_coming", "room_m <= need_m"),
            ("self._came_s = now_s", "pass"),
        ],
        "test_a_leg_that_stands_for_a_scan_does_not_let_the_brakes_go": [
            ("COMING_S = 0.3", "COMING_S = 0.0"),
        ],
        "test_it_goes_on_soon_after_nobody_comes_any_more": [
            ("COMING_S = 0.3", "COMING_S = 1.5"),
        ],
        "test_a_clock_that_is_set_back_holds_nobody": [
            ("0.0 <= now_s - self._came_s <= COMING_S", "now_s - self._came_s <= COMING_S"),
        ],
        "test_who_walks_into_a_bend_is_stopped_for_before_they_are_in_it": [
            (
                "is_coming(curves, base.speed_mps, direction, now_s)",
                "is_coming([0.0], base.speed_mps, direction, now_s)",
            ),
        ],
        "test_who_sets_off_is_stopped_for_at_the_first_scan_that_shows_it": [
            (
                "is_coming(curves, base.speed_mps, direction, now_s)",
                "is_coming(curves, 0.0, direction, now_s)",
            ),
        ],
    },
}
