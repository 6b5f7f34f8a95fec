"""Mutants of the fence: where a vehicle may be, and how far it may go.

Under the test that kills it: a text of the source, and what stands in its stead.
"""

from __future__ import annotations

FENCING: dict[str, dict[str, list[tuple[str, str]]]] = {
    "ground": {
        "test_another_map_counts_from_the_next_step_on": [
            ("reach_m + MOVED_M", "0.3"),
            ("if second_s != self._held_s:", "if False:"),
            ("if self._holds(zone, when)]", "if not self._holds(zone, when)]"),
            ("area.distance(here) <= self", "area.distance(here) > self"),
            ("area.distance(here) <= self._near_m", "area.distance(here) <= 0.0"),
            ("np.minimum(depth, np.where", "np.maximum(depth, np.where"),
            ("np.where(inside, -border_m, border_m)", "-border_m"),
            ("when is None or zone", "when is not None and zone"),
        ],
        "test_the_ground_is_looked_up_where_the_vehicle_is": [
            ("(x_m, y_m)) <= MOVED_M", "(x_m, y_m)) <= 30.0"),
        ],
        "test_where_the_time_is_not_known_every_zone_holds": [
            ("EARLIEST_S = 1_767_225_600.0", "EARLIEST_S = 1_767_225_600.0 - 30 * 86400"),
        ],
        "test_a_zone_holds_in_its_time_windows": [
            ("EARLIEST_S = 1_767_225_600.0", "EARLIEST_S = 1_867_225_600.0"),
            ("if now_s >= EARLIEST_S else None", "if now_s < EARLIEST_S else None"),
            ("if self._holds(zone, when)]", "]"),
            ("when, self._time_zone", 'when, "Europe/Berlin"'),
        ],
        "test_without_a_map_nothing_is_allowed": [
            ("_ways(patrol_map) if patrol_map is not None else []", "_ways(patrol_map)"),
        ],
        "test_stops_at_the_end_of_the_ways": [
            ("width_m / 2 + beside_m", "width_m + beside_m"),
            ("width_m / 2 + beside_m", "width_m / 2"),
            ("np.maximum(share, 0.0), 1.0", "np.maximum(share, 0.0), 9.0"),
            ("np.maximum(share, 0.0), 1.0", "np.maximum(share, -9.0), 1.0"),
        ],
        "test_the_wider_of_both_directions_counts": [
            ("width_m / 2 + beside_m", "width_m / 2 - beside_m"),
            ("max(edge.width_m, widths", "min(edge.width_m, widths"),
        ],
        "test_a_zone_that_opens_its_window_before_the_vehicle_stops_it": [
            ("            has_moved = True\n", ""),
        ],
        "test_a_zone_of_another_kind_is_no_hindrance": [
            ("        if not has_moved:\n", "        if has_moved:\n"),
            ("away_m <= self._halves_m + self._near_m", "away_m > self._halves_m"),
            ("np.max(self._halves_m[self._ways] -", "np.min(self._halves_m[self._ways] -"),
            ("if zone.kind is ZoneKind.KEEP_OUT", "if True"),
            ("if zone.kind is ZoneKind.KEEP_OUT", "if zone.kind is not ZoneKind.KEEP_OUT"),
        ],
        "test_a_flight_of_steps_is_no_ground": [
            ("initial=-np.inf", "initial=np.inf"),
            ("if not _is_steps(edge):", "if True:"),
            ("edge.steps or edge.way_class", "edge.steps and edge.way_class"),
            ("edge.steps or ", ""),
            ("edge.steps or edge.way_class is WayClass.STEPS", "edge.steps"),
        ],
        "test_a_zone_that_closed_over_it_may_be_left_and_not_crossed": [
            ("np.where(inside, -border_m, border_m)", "border_m"),
        ],
        "test_a_slanting_way_is_ground_as_well": [
            ("dx * along[:, 0] + dy", "dx * along[:, 0] - dy"),
        ],
    },
    "fence": {
        "test_without_a_fresh_pose_it_stops": [
            ('TOPICS["/localization/odometry"].max_age_s', 'TOPICS["/imu/data"].max_age_s'),
            ('TOPICS["/localization/odometry"].max_age_s', 'TOPICS["/gnss/fix"].max_age_s'),
            ("pose is None or not is_fresh", "pose is not None and not is_fresh"),
            ("return Allowance(0.0, fault)\n        if wanted", "return FREE\n        if wanted"),
        ],
        "test_stops_at_the_end_of_the_ways": [
            ("BESIDE_M = 0.8", "BESIDE_M = 1.1"),
            ("BESIDE_M = 0.8", "BESIDE_M = 0.5"),
            (
                "ways_m = self._ground.ways_depth_m(swept).reshape(shape).min(axis=1)",
                "ways_m = self._ground.ways_depth_m(swept).reshape(shape).max(axis=1)",
            ),
            ("depth_m = np.minimum(ways_m, zones_m)", "depth_m = zones_m"),
        ],
        "test_stops_before_a_keep_out_zone_by_reaction_and_braking": [
            ("MARGIN_M = 0.2", "MARGIN_M = 0.0"),
            ("MARGIN_M = 0.2", "MARGIN_M = 0.4"),
            ("STATION_M = 0.1", "STATION_M = 0.8"),
            ("        if wanted.speed_mps == 0:\n", "        if wanted.speed_mps != 0:\n"),
            ("MARGIN_M + SIGMAS * sigma_m(pose)", "SIGMAS * sigma_m(pose)"),
            ("            self._refused = now_s, refusal\n", "            pass\n"),
            ("return Allowance(limit_mps, self._held(now_s))", "return Allowance(limit_mps)"),
            (
                "zones_m = self._ground.zones_depth_m(swept).reshape(shape).min(axis=1)",
                "zones_m = self._ground.zones_depth_m(swept).reshape(shape).max(axis=1)",
            ),
            ("depth_m = np.minimum(ways_m, zones_m)", "depth_m = ways_m"),
            (
                "need_m = stopping_distance_m(base.speed_mps, self._spec.max",
                "need_m = stopping_distance_m(base.speed_mps, self._spec.comfort",
            ),
            ("need_m = stopping_distance_m(base.speed_mps,", "need_m = stopping_distance_m(0.0,"),
            ("depth_m < self._margin_m", "depth_m < 0.0"),
            ("first = int(np.argmax(out))", "first = len(out) - 1"),
            ("zones_m[first] < ways_m[first]", "zones_m[first] > ways_m[first]"),
            (
                "FaultKind.KEEP_OUT_ZONE if is_zone else FaultKind.ZONE_BOUNDARY",
                "FaultKind.ZONE_BOUNDARY",
            ),
            ("if room_m <= need_m:", "if room_m < 0.5 * need_m:"),
            ("if room_m <= need_m:", "if False:"),
            (
                "        -spec.rear_overhang_m, spec.front_m,",
                "        -spec.rear_overhang_m, 1.0,",
            ),
            ("x = forward[:, None] + cos", "x = cos"),
        ],
        "test_the_margin_grows_by_two_sigma_of_the_longer_axis": [
            ("SIGMAS = 2.0", "SIGMAS = 1.0"),
            ("SIGMAS = 2.0", "SIGMAS = 3.0"),
            ("MARGIN_M + SIGMAS * sigma_m(pose)", "MARGIN_M"),
        ],
        "test_a_pose_that_nobody_can_judge_by_stops_it": [
            ("MAX_SIGMA_M = 1.0", "MAX_SIGMA_M = 1.1"),
            ("pose.pose.is_finite and ", ""),
            ("sigma_m(pose) <= MAX_SIGMA_M", "not sigma_m(pose) > MAX_SIGMA_M"),
            ("pose.pose.is_finite and sigma_m(pose) <= MAX_SIGMA_M", "pose.pose.is_finite"),
            ("math.hypot((xx - yy) / 2, xy)", "math.hypot((xx - yy) / 2, 0.0)"),
            ("math.hypot((xx - yy) / 2, xy)", "0.0"),
            ("(xx + yy) / 2 + math.hypot", "(xx + yy) / 2 - math.hypot"),
        ],
        "test_on_a_wide_way_an_unsure_pose_will_do": [
            ("MAX_SIGMA_M = 1.0", "MAX_SIGMA_M = 0.9"),
        ],
        "test_the_whole_outline_counts": [
            ("SAMPLE_M = 0.2", "SAMPLE_M = 2.0"),
            ("GAIN_M = 0.05", "GAIN_M = -0.05"),
            ("DIP_M = 0.05", "DIP_M = 0.15"),
            ("need_m, index == 0)", "need_m, False)"),
            ("ahead_m[-1] >= depth_m[0] + GAIN_M", "True"),
            ("gains and ahead_m.min()", "ahead_m.min()"),
            ("gains and ahead_m.min() >= self._best_m - DIP_M", "gains"),
            ("for y in (half, -half)", "for y in (half, half)"),
            ("for i in (0, -1)", "for i in (0, 0)"),
            ("for i in (0, -1)", "for i in (-1, -1)"),
        ],
        "test_outside_it_may_come_further_in_at_walking_pace": [
            ("RETURN_M = 0.5", "RETURN_M = 0.0"),
            ("RETURN_MPS = 0.5", "RETURN_MPS = 1.0"),
            ("Allowance(RETURN_MPS) if is_let", "FREE if is_let"),
            (
                "Allowance(RETURN_MPS) if is_let else Allowance(0.0, fault)",
                "Allowance(0.0, fault)",
            ),
            ("max(need_m, RETURN_M if is_commanded else 0.0)", "0.0"),
        ],
        "test_outside_nobody_gets_further_out_bit_by_bit": [
            ("DIP_M = 0.05", "DIP_M = 0.0"),
            (
                "self._best_m = max(self._best_m, float(depth_m[0])) if out[0] else -math.inf",
                "self._best_m = float(depth_m[0]) if out[0] else -math.inf",
            ),
        ],
        "test_room_that_braking_leaves_ends_no_refusal": [
            ("RETURN_MPS = 0.5", "RETURN_MPS = 0.2"),
            ("elif limit_mps >= RETURN_MPS:", "elif True:"),
            (
                "return Allowance(limit_mps, self._held(now_s))",
                "return Allowance(limit_mps, refusal)",
            ),
        ],
        "test_a_refusal_stands_for_three_seconds_of_standing_still": [
            ("HOLD_S = 3.0", "HOLD_S = 2.0"),
            ("HOLD_S = 3.0", "HOLD_S = 4.0"),
            ("return Allowance(math.inf, self._held(now_s))", "return FREE"),
        ],
        "test_drives_along_the_street_as_fast_as_without_a_fence": [
            ("not is_fresh(pose.stamp_s", "is_fresh(pose.stamp_s"),
            ("return None if is_sure else", "return"),
        ],
        "test_reversing_counts_the_ground_behind": [
            ("math.copysign(1.0, wanted.speed_mps) *", "1.0 *"),
            ("        -spec.rear_overhang_m, spec.front_m,", "        0.0, spec.front_m,"),
        ],
        "test_outside_wheels_that_still_lead_out_stop_it": [
            ("need_m, index == 0)", "need_m, True)"),
            ("max(need_m, RETURN_M if is_commanded else 0.0)", "RETURN_M"),
            ("gains = not is_commanded or ahead_m", "gains = ahead_m"),
        ],
        "test_the_fence_looks_where_the_wheels_still_point": [
            ("in enumerate(curves)", "in enumerate(curves[:1])"),
        ],
        "test_a_rolling_vehicle_is_judged_by_the_commanded_bend_as_well": [
            ("in enumerate(curves)", "in enumerate(curves[-1:])"),
            ("limit_mps = min(a.limit_mps", "limit_mps = max(a.limit_mps"),
            ("half = spec.width_m / 2", "half = spec.width_m / 4"),
        ],
        "test_outside_where_it_came_from_is_forgotten_inside_and_after_standing": [
            ("elif limit_mps >= RETURN_MPS:", "elif limit_mps > RETURN_MPS:"),
            ("self._refused, self._best_m = None, -math.inf", "self._refused = None"),
            ("float(depth_m[0])) if out[0] else -math.inf", "float(depth_m[0]))"),
        ],
        "test_a_way_that_is_free_ends_a_refusal_at_once": [
            ("elif limit_mps >= RETURN_MPS:", "elif False:"),
        ],
        "test_a_clock_set_back_ends_a_refusal": [
            (
                "if 0 <= now_s - self._refused[0] <= HOLD_S",
                "if now_s - self._refused[0] <= HOLD_S",
            ),
        ],
        "test_the_way_to_stop_grows_with_speed": [
            ("spec.speed_cap_mps, spec.comfort", "0.5 * spec.speed_cap_mps, spec.comfort"),
        ],
        "test_slows_before_the_border_so_that_comfort_is_enough": [
            ("spec.speed_cap_mps, spec.comfort_dec", "spec.speed_cap_mps, spec.max_dec"),
            ("comfort = self._spec.comfort_dec", "comfort = self._spec.max_dec"),
            ("return Allowance(stoppable_speed_mps(room_m, comfort, REACTION_S))", "return FREE"),
        ],
        "test_a_slanting_way_is_ground_as_well": [
            (
                "Allowance(RETURN_MPS) if is_let else Allowance(0.0, fault)",
                "Allowance(RETURN_MPS)",
            ),
        ],
        "test_a_standing_vehicle_may_not_set_out_over_the_border": [
            ("float(self._stations[first - 1])", "float(self._stations[first])"),
        ],
        "test_a_flight_of_steps_is_no_ground": [
            ("        if self._best_m == -math.inf:", "        if False:"),
        ],
        "test_an_old_pose_is_carried_on_by_the_wheels": [
            ("base.speed_mps * max(now_s - pose.stamp_s, 0.0)", "0.0"),
            (
                "base.speed_mps * max(now_s - pose.stamp_s, 0.0)",
                "base.speed_mps * abs(now_s - pose.stamp_s)",
            ),
            ("math.tan(base.steering_rad) / wheelbase_m)", "0.0)"),
        ],
        "test_looks_along_the_commanded_bend": [
            ("turn = travel * curvature_1pm", "turn = -travel * curvature_1pm"),
            ("y = left[:, None] + sin", "y = sin"),
        ],
    },
}
