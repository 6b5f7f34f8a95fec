"""Mutants of what the safety gate decides: itself, its limits, the path that it looks at.

Under the test that kills it: a text of the source, and what stands in its stead.
"""

from __future__ import annotations

DECIDING: dict[str, dict[str, list[tuple[str, str]]]] = {
    "gate": {
        "test_stops_on_a_stale_command": [
            ('TOPICS["/cmd_vel"].max_age_s', 'TOPICS["/gnss/fix"].max_age_s'),
        ],
        "test_stops_on_a_stale_base": [
            ('TOPICS["/base/feedback"].max_age_s', 'TOPICS["/gnss/fix"].max_age_s'),
            ("is_now and math.isfinite(base.speed_mps)", "math.isfinite(base.speed_mps)"),
        ],
        "test_passes_a_good_command": [
            ("not is_fresh(inputs.command_stamp_s", "is_fresh(inputs.command_stamp_s"),
            ("is_now = is_fresh(base.stamp_s,", "is_now = not is_fresh(base.stamp_s,"),
            ("elif not command.is_finite", "elif command.is_finite"),
            ("base.emergency_stop", "not base.emergency_stop"),
            ("base is not None and base.bumped", "base is not None and not base.bumped"),
            ("min(around.limit_mps, self._spec.speed_cap_mps)", "around.limit_mps + 1.0"),
            ("if wanted.speed_mps < 0:", "if wanted.speed_mps > 0:"),
            ("max(self._last_speed_mps, abs", "min(self._last_speed_mps, abs"),
            ("max(self._last_speed_mps, abs(base.speed_mps))", "self._last_speed_mps"),
            ("wanted.speed_mps * base.speed_mps < 0", "wanted.speed_mps * base.speed_mps > 0"),
            ("room_m <= need_m", "room_m >= need_m"),
        ],
        "test_the_last_speed_of_a_silent_base_carries_nothing_along": [
            ("is_measured(base, now_s):  #", "is_measured(base, base.stamp_s):  #"),
            ("inputs.base if is_known else None", "inputs.base"),
        ],
        "test_stops_without_inputs": [
            ("faults.add(FaultKind.COMMAND_STALE)", "pass"),
            ("return GateOutput(STANDSTILL,", "return GateOutput(Command(0.1, 0.0),"),
            ("| self._sense(inputs, dt, now_s)", ""),
        ],
        "test_stops_on_a_command_that_is_no_number": [
            ("faults.add(FaultKind.COMMAND_INVALID)", "pass"),
        ],
        "test_stops_on_a_base_that_reports_no_numbers": [
            ("math.isfinite(base.speed_mps) and", ""),
            ("and math.isfinite(base.steering_rad)", ""),
        ],
        "test_an_emergency_stop_latches_until_reset": [
            ("faults.add(FaultKind.EMERGENCY_STOP)", "pass"),
            ("self._latched |= self._causes", "self._latched = self._causes"),
            ("if faults or self._latched or", "if faults or"),
            ("faults | self._latched, 0.0", "faults, 0.0"),
            ("        if self._causes:\n", "        if False:\n"),
            ("        if self._causes:\n", "        if not self._causes:\n"),
            ("        self._latched = frozenset()\n        return True", "        return True"),
            ("frozenset()\n        return True", "frozenset()\n        return False"),
            ("faults, bool(self._latched), limit", "faults, False, limit"),
        ],
        "test_a_tilted_vehicle_latches": [
            ("is_level(base.roll_rad) and", ""),
            ("and is_level(base.pitch_rad)", ""),
            ("is_level(base.roll_rad) and is_level", "is_level(base.roll_rad) or is_level"),
            ("abs(tilt_rad) <= MAX_TILT_RAD", "tilt_rad <= MAX_TILT_RAD"),
            ("abs(tilt_rad) <= MAX_TILT_RAD", "not abs(tilt_rad) > MAX_TILT_RAD"),
            ("math.radians(20.0)", "math.radians(25.0)"),
            ("math.radians(20.0)", "math.radians(15.0)"),
        ],
        "test_a_latch_outlives_the_gate_that_latched": [
            ("self._latched = latched", "self._latched = frozenset()"),
            ("        return self._latched\n", "        return self._causes\n"),
        ],
        "test_goes_on_when_a_stale_input_is_back": [
            ("is Response.STOP_AND_LATCH", "is Response.STOP"),
            ("is Response.STOP_AND_LATCH", ">= Response.STOP"),
        ],
        "test_stops_when_one_input_is_missing": [
            ("if faults or self._latched or", "if self._latched or"),
        ],
        "test_wheels_that_turn_on_when_told_to_stand_lose_their_power": [
            ("faults |= self._touch.faults(inputs.base if is_known else None, dt)", "pass"),
            ("inputs.base if is_known else None, dt", "inputs.base if is_known else None, 0.0"),
            ("Touch(spec.max_deceleration_mps2)", "Touch(2 * spec.max_deceleration_mps2)"),
            ("Touch(spec.max_deceleration_mps2)", "Touch(spec.comfort_deceleration_mps2)"),
            ("not CUTS_POWER.isdisjoint(self._latched)", "False"),
            ("        self._touch.tell(0.0)\n", ""),
            ("        self._touch.tell(command.speed_mps)\n", ""),
        ],
        "test_the_power_stays_cut_until_somebody_resets_it_on_site": [
            (
                "not CUTS_POWER.isdisjoint(self._latched)",
                "not CUTS_POWER.isdisjoint(self._causes)",
            ),
        ],
        "test_other_latches_leave_the_power_on": [
            ("not CUTS_POWER.isdisjoint(self._latched)", "bool(self._latched)"),
        ],
        "test_what_counts_is_the_speed_that_was_let_through_not_the_one_wanted": [
            ("self._touch.tell(command.speed_mps)", "self._touch.tell(wanted.speed_mps)"),
            ("rolling + self._spec", "1.0 + self._spec"),
            ("command = at_speed(wanted, limit_now)", "command = wanted"),
        ],
        "test_a_pressed_bumper_latches_and_cuts_the_power_in_the_same_cycle": [
            ("faults.add(FaultKind.BUMP)", "pass"),
        ],
        "test_stops_before_a_keep_out_zone_by_reaction_and_braking": [
            ("        if fenced.fault is not None:\n", "        if False:\n"),
            ("frozenset({fenced.fault}), 0.0", "frozenset(), 0.0"),
            ("frozenset({fenced.fault}), 0.0", "frozenset({fenced.fault}), 1.0"),
            ("        if self.fence is None:\n            return FREE\n", "        return FREE\n"),
            ("self.fence = fence", "self.fence = None"),
        ],
        "test_slows_before_the_border_so_that_comfort_is_enough": [
            ("min(around.limit_mps, fenced.limit_mps)", "around.limit_mps"),
        ],
        "test_slows_before_an_obstacle_so_that_comfort_is_enough": [
            ("min(around.limit_mps, fenced.limit_mps)", "fenced.limit_mps"),
            ("min(around.limit_mps, self._spec.speed_cap_mps)", "self._spec.speed_cap_mps"),
            (
                "room_m, self._spec.comfort_deceleration_mps2",
                "room_m, self._spec.max_deceleration_mps2",
            ),
        ],
        "test_slows_in_curves_on_the_same_curve": [
            ("self._spec.max_lateral_acceleration_mps2", "9.0"),
        ],
        "test_reverses_slowly": [
            ("if wanted.speed_mps < 0:", "if False:"),
            ("REVERSE_CAP_MPS = 0.3", "REVERSE_CAP_MPS = 0.6"),
        ],
        "test_who_has_pushed_has_let_go_before_it_can_be_reset": [
            ("rolling + self._spec", "rolling - self._spec"),
        ],
        "test_accelerates_no_faster_than_the_vehicle_may": [
            ("self._spec.max_acceleration_mps2 * dt", "self._spec.max_deceleration_mps2 * dt"),
            ("max(self._last_speed_mps, abs(base.speed_mps))", "abs(base.speed_mps)"),
        ],
        "test_starts_again_from_the_real_speed_after_a_stop": [
            (
                "        self._last_speed_mps = 0.0\n        self._blocked = b",
                "        self._blocked = b",
            ),
        ],
        "test_a_late_cycle_allows_no_leap": [
            ("min(max(now_s - last_s, 0.0), MAX_STEP_S)", "max(now_s - last_s, 0.0)"),
        ],
        "test_a_clock_that_goes_back_allows_no_gain": [
            ("min(max(now_s - last_s, 0.0), MAX_STEP_S)", "min(now_s - last_s, MAX_STEP_S)"),
        ],
        "test_holds_the_steering_lock": [
            ("wanted = steerable(command, self._spec)", "wanted = command"),
        ],
        "test_stands_before_it_changes_direction": [
            ("wanted.speed_mps * base.speed_mps < 0", "False"),
            ("and abs(base.speed_mps) > STANDING_MPS", ""),
        ],
        "test_reports_but_does_not_fault_what_a_standing_vehicle_faces": [
            ("        if wanted.speed_mps == 0:\n", "        if False:\n"),
        ],
        "test_stops_for_an_obstacle_in_the_stop_zone": [
            ("        if self._is_blocked(around):", "        if False:"),
            ("frozenset({fault})", "frozenset()"),
            ("around.inside_stop_zone or", ""),
            ("room_m <= need_m", "room_m <= 0"),
            ("clear_m - STOP_MARGIN_M", "clear_m + STOP_MARGIN_M"),
            ("STOP_MARGIN_M = 0.25", "STOP_MARGIN_M = 0.0"),
            ("STOP_MARGIN_M = 0.25", "STOP_MARGIN_M = 0.5"),
            ("spec.front_m, spec.rear_overhang_m", "spec.rear_overhang_m, spec.front_m"),
            ("base.speed_mps, self._spec.max_deceleration", "0.0, self._spec.max_deceleration"),
        ],
        "test_waits_until_the_way_is_clearly_free": [
            ("or (self._blocked and around.limit_mps < RESTART_MPS)", ""),
            ("self._blocked and around.limit_mps <", "self._blocked or around.limit_mps <"),
            ("around.limit_mps < RESTART_MPS", "around.limit_mps > RESTART_MPS"),
            ("around.clear_m, blocked=True", "around.clear_m, blocked=False"),
            ("RESTART_MPS = 0.15", "RESTART_MPS = 1.5"),
            ("        self._blocked = False\n        if wanted", "        if wanted"),
            ("scan is not self._scan", "self._scan is None"),
        ],
        "test_what_is_beside_the_path_does_not_stop_it": [
            ("SIDE_MARGIN_M = 0.10", "SIDE_MARGIN_M = 0.0"),
            ("SIDE_MARGIN_M = 0.10", "SIDE_MARGIN_M = 0.2"),
            ("spec.width_m / 2 + SIDE", "spec.width_m + SIDE"),
        ],
        "test_the_stop_zone_grows_with_speed": [
            (
                "self._spec.speed_cap_mps, self._spec.comfort_deceleration_mps2",
                "0.5 * self._spec.speed_cap_mps, self._spec.comfort_deceleration_mps2",
            ),
        ],
        "test_reversing_looks_at_what_the_front_sweeps": [
            ("-1.0 if (wanted.speed_mps or base.speed_mps) < 0 else 1.0", "1.0"),
            ("else wanted.curvature_1pm]", "else 0.0]"),
        ],
        "test_looks_into_the_curve_it_will_drive": [
            ("else wanted.curvature_1pm]", "else -wanted.curvature_1pm]"),
            ("curves.append(steered)", "curves.append(-steered)"),
        ],
        "test_looks_where_the_wheels_still_point": [
            ("if abs(base.speed_mps) > STANDING_MPS:  #", "if True:  #"),
            ("if abs(base.speed_mps) > STANDING_MPS:  #", "if False:  #"),
        ],
        "test_a_bend_leads_around_what_slipped_out_of_sight_beside_it": [
            ("behind = self._memory.points  #", "behind = self._memory.points[:0]  #"),
            ("behind[~are_inside(behind, self._outline)]", "behind[:0]"),
            ("self._memory.see(scan, self._points, base.speed_mps,", "(lambda *_: None)(0, 0, 0,"),
            (
                "self._memory.see(scan, self._points, base.speed_mps,",
                "self._memory.see(scan, self._points, 0.0,",
            ),
        ],
        "test_memory_does_not_hinder_driving_on": [
            ("        if direction > 0:  # what", "        if False:  # what"),
            ("        if direction > 0:  # what", "        if True:  # what"),
        ],
        "test_forgets_what_a_cone_sees_empty": [
            ("(self._points, self._low.points)", "(self._points,)"),
            ("self._low.step(samples", "(lambda *_: None)(samples"),
        ],
    },
    "limits": {
        "test_stops_for_an_obstacle_in_the_stop_zone": [
            ("REACTION_S = 0.3", "REACTION_S = 0.0"),
            ("REACTION_S = 0.3", "REACTION_S = 0.6"),
            ("speed * reaction_s + speed", "speed"),
            ("speed * speed / (2 * deceleration_mps2)", "0.0"),
            ("speed * speed / (2 *", "speed * speed / (4 *"),
        ],
        "test_looks_where_the_wheels_still_point": [
            ("if distance_m <= 0:", "if distance_m <= -9:"),
        ],
        "test_slows_before_an_obstacle_so_that_comfort_is_enough": [
            ("lag * lag + 2 *", "lag * lag + 4 *"),
            ("distance_m) - lag", "distance_m)"),
        ],
        "test_holds_the_steering_lock": [
            ("1.0 / spec.min_turning_radius_m", "2.0 / spec.min_turning_radius_m"),
            ("min(max(command.curvature_1pm, -lock), lock)", "max(command.curvature_1pm, -lock)"),
            ("min(max(command.curvature_1pm, -lock), lock)", "min(command.curvature_1pm, lock)"),
        ],
        "test_holds_the_legal_speed": [
            ("if curvature_1pm == 0:", "if curvature_1pm != 0:"),
        ],
        "test_slows_in_curves_on_the_same_curve": [
            ("/ abs(curvature_1pm))", "* abs(curvature_1pm))"),
            ("signed * command.curvature_1pm", "command.yaw_rate_radps"),
        ],
        "test_lets_a_slower_command_be_slower": [
            ("min(abs(command.speed_mps), speed_mps)", "speed_mps"),
        ],
        "test_reverses_slowly": [
            ("math.copysign(speed, command.speed_mps)", "speed"),
        ],
    },
    "swept_path": {
        "test_free_travel_is_the_way_to_the_first_touch": [
            ("<= reach_m * reach_m", "<= reach_m"),
            ("side * points[:, 1]", "points[:, 1]"),
            ("squares * bend / 2", "squares * bend"),
            ("outward >= inner", "outward <= inner"),
            ("outward <= outer", "outward >= outer"),
            ("inner = -half", "inner = half"),
            ("+ longest * longest", "- longest * longest"),
            ("length_m + max(", "0.0 * length_m + max("),
            ("direction * np.arange", "np.arange"),
            ("x <= outline.front_m", "x <= 0.0"),
            ("x >= -outline.rear_m", "x >= 0.0"),
            ("x >= -outline.rear_m", "x >= -9.0"),
            ("max(0, first - 1)", "max(0, first + 1)"),
            ("if hit[first] else math.inf", "if hit[first] else 0.0"),
            ("turn = travel * curvature_1pm", "turn = 0.0 * travel"),
            ("cos * dx + sin * dy", "cos * dx - sin * dy"),
            ("cos * dy - sin * dx", "cos * dy + sin * dx"),
            ("np.sin(turn / 2) * np.sinc", "0.0 * np.sinc"),
        ],
        "test_memory_does_not_hinder_driving_on": [
            ("_inside(points_base[:, 0], points_base[:, 1], outline)", "points_base[:, 0] > 9.0"),
        ],
        "test_what_a_curve_leads_away_from_is_free": [
            ("np.abs(y) <= outline", "y <= outline"),
        ],
    },
}
