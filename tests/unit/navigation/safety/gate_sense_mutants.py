"""Mutants of what the safety gate believes and remembers of its lidar and its rangers.

Under the test that kills it: a text of the source, and what stands in its stead.
"""

from __future__ import annotations

SENSING: dict[str, dict[str, list[tuple[str, str]]]] = {
    "watch": {
        "test_stops_on_a_stale_scan": [
            ('TOPICS["/scan"].max_age_s', 'TOPICS["/gnss/fix"].max_age_s'),
            ("now_s - stamp_s <= max_age_s", "now_s - stamp_s >= max_age_s"),
            ("now_s - stamp_s <= max_age_s", "now_s - stamp_s <= 2 * max_age_s"),
            ("is not None and is_fresh(scan.stamp_s, SCAN_MAX_AGE_S, now_s)", "is not None"),
            ("not (fresh and self._is_seeing)", "not self._is_seeing"),
            ("not (fresh and self._is_seeing)", "not (fresh or self._is_seeing)"),
            ("            return FaultKind.SCAN_STALE", "            return None"),
            ("blind <= MAX_BLIND_SHARE", "blind >= MAX_BLIND_SHARE"),
            ("math.isinf(range_m) or 0", "0"),
        ],
        "test_stops_on_a_ranger_that_is_silent_or_stale": [
            ("TOPICS[ULTRASONIC_TOPICS].max_age_s", 'TOPICS["/gnss/fix"].max_age_s'),
            ("-CLOCK_SLACK_S <= now_s", "-math.inf <= now_s"),
            ("sample is None or not is_fresh", "sample is not None and not is_fresh"),
            ("or not is_fresh(sample.stamp_s, sort.max_age_s, now_s)", ""),
        ],
        "test_stops_when_one_input_is_missing": [
            ("stamp_s is not None and -CLOCK", "stamp_s is None or -CLOCK"),
        ],
        "test_stops_when_the_lidar_is_blind": [
            ("not (fresh and self._is_seeing)", "not fresh"),
            ("~(scan.ranges_m >= scan.range_min_m)", "scan.ranges_m < scan.range_min_m"),
            ("scan.ranges_m >= scan.range_min_m", "scan.ranges_m >= 0"),
            ("MAX_BLIND_SHARE = 0.1", "MAX_BLIND_SHARE = 0.2"),
            ("MAX_BLIND_SHARE = 0.1", "MAX_BLIND_SHARE = 0.01"),
        ],
        "test_stops_when_a_scan_is_empty": [
            ("if len(scan.ranges_m) == 0", "if len(scan.ranges_m) < 0"),
        ],
        "test_the_greatest_range_is_possible_whatever_float32_makes_of_it": [
            ("RESOLUTION_M = 0.001", "RESOLUTION_M = 0.0"),
        ],
        "test_stops_on_an_impossible_range": [
            ("or 0 <= range_m", "or -9 <= range_m"),
            ("0 <= range_m <= ranger.range_max_m + RES", "0 <= range_m <= 9 + RES"),
            ("0 <= range_m <= ranger", "not range_m > ranger"),
            ("if not is_possible(sample.range_m, ranger)", "if False"),
        ],
        "test_stops_on_scans_that_repeat_themselves_in_motion": [
            ("FROZEN_AFTER_S = 0.27", "FROZEN_AFTER_S = 0.2"),
            ("FROZEN_AFTER_S = 0.27", "FROZEN_AFTER_S = 0.3"),
            ("return FaultKind.SCAN_FROZEN if", "return None if"),
            ("self._scan_same_s > FROZEN_AFTER_S", "False"),
            ("self._scan_same_s += moving_s", "pass"),
        ],
        "test_no_echo_and_the_blind_zone_may_stay_the_same": [
            ("ranger.range_min_m + RESOLUTION_M < range_m < math.inf", "range_m < math.inf"),
            ("ranger.range_min_m + RESOLUTION_M < range_m < math.inf", "range_m <= math.inf"),
            ("or _differ(self._scan, scan)", ""),
            ("return not same or not", "return not same or"),
            ("not same or not np.any(np.isfinite(now.ranges_m))", "not same"),
            ("sample.range_m, 0.0\n", "sample.range_m, self._range_same_s[name]\n"),
        ],
        "test_an_echo_may_stay_the_same_while_the_vehicle_stands": [
            ("elapsed_s if abs(speed_mps) > MOVING_MPS else 0.0", "elapsed_s"),
        ],
        "test_a_range_that_never_changes_stops_it_within_0_3_s_of_driving": [
            ("self._range_same_s[name] += moving_s", "pass"),
            ("return sort.frozen if", "return None if"),
        ],
        "test_a_ranger_that_never_spoke_stops_it": [
            ("sort = _DROP if isinstance(ranger, DropRangerSpec) else _U", "sort = _U"),
            ("    FaultKind.DROP_RANGER_STALE,", "    FaultKind.ULTRASONIC_STALE,"),
        ],
        "test_a_ranger_that_is_silent_covered_or_mad_stops_it": [
            ("    if isinstance(ranger, DropRangerSpec):\n", "    if False:\n"),
            ("in_reach = ranger.range_min_m <= range_m", "in_reach = 0 <= range_m"),
            ("return range_m == math.inf or in_reach", "return math.isinf(range_m) or in_reach"),
        ],
        "test_old_and_impossible_ranges_are_no_edges": [
            (
                "range_m <= ranger.range_max_m + RESOLUTION_M\n        return",
                "range_m\n        return",
            ),
        ],
        "test_one_reading_is_not_believed_two_are": [
            ("return range_m == math.inf or in_reach", "return in_reach"),
        ],
    },
    "low_things": {
        "test_the_blind_zone_is_an_obstacle": [
            ("max(range_m, ranger.range_min_m)", "range_m"),
        ],
        "test_an_echo_may_come_from_anywhere_across_the_cone": [
            ("ranger.cone_rad * _ACROSS", "0.0 * _ACROSS"),
        ],
        "test_what_the_lidar_sees_too_is_not_remembered": [
            ("near_m = range_m * math.cos(ranger.cone_rad / 2)", "near_m = range_m"),
            ("or (last is not None and last.stamp_s == sample.stamp_s)", ""),
            ("under_m = max(0.0, ranger.z_m - LOWEST_M)", "under_m = 0.0"),
            ("distance - range_m) <= agrees_m", "distance - range_m) <= 9.0"),
            ("if arc is not None and arc.is_low", "if arc is not None"),
        ],
        "test_a_wall_beside_the_way_does_not_hold_it": [
            ("bearing = ranger.yaw_rad +", "bearing ="),
            ("ranger.y_m + near_m", "near_m"),
        ],
        "test_a_late_range_counts_from_where_it_was_heard": [
            ("rolled(speed_mps * (sample.stamp_s - now_s), curvature)", "rolled(0.0, curvature)"),
        ],
        "test_carries_what_it_heard_round_a_bend": [
            ("if sample.range_m < math.inf:", "if sample.range_m <= math.inf:"),
            (
                "(*(arc.points for arc in low), self._known)",
                "[*(arc.points for arc in low), self._known[:0]]",
            ),
            (
                "rows = newest_of_cells(points)",
                "rows = newest_of_cells(points[: len(points) - len(self._known)])",
            ),
            ("CELL_M = 0.07", "CELL_M = 0.7"),
            ("_CELLS_ACROSS = 100_003", "_CELLS_ACROSS = 1"),
            ("speed_mps * elapsed_s, curvature_1pm", "speed_mps * elapsed_s, 0.0"),
        ],
        "test_stops_for_an_echo_in_the_stop_zone": [
            ("np.concatenate((*arcs, self._known))", "self._known"),
            ("if 0 <= elapsed_s <= GAP_S", "if 0 <= elapsed_s"),
        ],
        "test_a_repeated_echo_clears_nothing": [
            ("np.concatenate((*arcs, self._known))", "np.concatenate([*arcs, self._known[:0]])"),
            ("ahead >= slant *", "ahead <= slant *"),
            ("in_cone & (distance <=", "(distance <="),
            ("if last is None or not last.range_m == sample.range_m < math.inf:", "if True:"),
            ("is_low = not is_seen_by_lidar", "is_low = is_seen_by_lidar"),
            ("if arc is not None and arc.is_low", "if False"),
            ("KEEP_WITHIN_M = 4.5", "KEEP_WITHIN_M = 0.5"),
            ("speed_mps * elapsed_s, curvature", "0.0, curvature"),
        ],
        "test_an_impossible_range_is_no_place": [
            ("return is_now and is_possible(sample.range_m, ranger)", "return is_now"),
        ],
        "test_a_stale_range_is_no_place": [
            ("return is_now and is_possible", "return is_possible"),
        ],
        "test_what_lies_behind_an_echo_is_not_seen_empty": [
            ("in_cone & (distance <= _heard_to_m(range_m, ranger))", "in_cone"),
        ],
        "test_forgets_what_a_cone_sees_empty": [
            ("return ranger.range_max_m * cos", "return 0.0"),
            ("last.range_m == sample.range_m < math.inf", "last.range_m == sample.range_m"),
            ("keep &= ~seen_empty(", "seen_empty("),
            ("if 0 <= elapsed_s <= GAP_S", "if False"),
        ],
        "test_many_echoes_stay_few_points": [
            ("range_m * cos + SAME_THING_M", "range_m * cos - SAME_THING_M"),
            ("rows = newest_of_cells(points)", "rows = np.arange(len(points))"),
            ("CELL_M = 0.07", "CELL_M = 0.05"),
        ],
        "test_every_ranger_clears_its_own_cone": [
            ("dy * math.sin(ranger.yaw_rad)", "0.0"),
        ],
        "test_what_the_lidar_sees_beside_the_cone_explains_no_echo": [
            ("near_cone & (np.abs", "(np.abs"),
        ],
        "test_what_it_heard_first_it_forgets_first": [
            ("KEEP_S = 30.0", "KEEP_S = 15.0"),
            ("KEEP_S = 30.0", "KEEP_S = 60.0"),
            (
                "np.concatenate((stamps, self._seen_s))[rows]",
                "np.concatenate((self._seen_s, stamps))[rows]",
            ),
        ],
        "test_what_is_far_behind_is_forgotten": [
            ("KEEP_WITHIN_M = 4.5", "KEEP_WITHIN_M = 90"),
        ],
        "test_what_it_remembers_stays_however_much_it_hears": [
            ("rows = newest_of_cells(points)", "rows = newest_of_cells(points)[:ARC_POINTS]"),
        ],
        "test_what_it_knew_has_no_place_after_a_gap": [
            ("if 0 <= elapsed_s <= GAP_S", "if elapsed_s <= GAP_S"),
            ("            self._arcs = {}", "            pass"),
            ("self._known[:0], self._seen_s[:0]", "self._known, self._seen_s"),
        ],
    },
    "memory": {
        "test_a_bend_leads_around_what_slipped_out_of_sight_beside_it": [
            ("KEEP_S = 20.0", "KEEP_S = 0.05"),
            ("KEEP_WITHIN_M = 4.0", "KEEP_WITHIN_M = 0.4"),
            ("GAP_S = 0.5", "GAP_S = 0.01"),
            ("speed_mps * dt, curvature", "-speed_mps * dt, curvature"),
            ("> self._lidar.field_of_view_rad / 2", "> math.pi"),
            ("travel_m * math.cos(turn / 2), travel", "-travel_m * math.cos(turn / 2), travel"),
            ("fresh[are_within(fresh, KEEP_WITHIN_M)]", "fresh[:0]"),
        ],
        "test_remembers_for_a_while_what_stands_behind": [
            ("KEEP_S = 20.0", "KEEP_S = 2000.0"),
        ],
        "test_forgets_what_it_leaves_far_behind": [
            ("KEEP_WITHIN_M = 4.0", "KEEP_WITHIN_M = 90"),
        ],
        "test_carries_what_it_heard_round_a_bend": [
            ("travel_m * math.sin(turn / 2), turn", "-travel_m * math.sin(turn / 2), turn"),
        ],
        "test_memory_does_not_hinder_driving_on": [
            ("turn = travel_m * curvature_1pm", "turn = 0.0"),
            ("cos * dx + sin * dy", "cos * dx - sin * dy"),
            ("cos * dy - sin * dx", "cos * dy + sin * dx"),
        ],
    },
}
