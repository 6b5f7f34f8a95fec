"""Mutants of how the safety gate knows who overtakes it, and of where it asks that.

Under the test that kills it: a text of the source, and what stands in its stead.
"""

from __future__ import annotations

PASSING: dict[str, dict[str, list[tuple[str, str]]]] = {
    "overtaken": {
        "test_stops_in_a_bend_before_who_is_faster_is_beside_it": [
            ("HEARD = 4", "HEARD = 2"),
            ("CLOSING_MPS = 0.4", "CLOSING_MPS = 1.6"),
            ("FASTEST_MPS = 7.0", "FASTEST_MPS = 1.0"),
            ("sample.stamp_s == echoes[-1].stamp_s", "False"),
            ("echoes.append(sample)", "pass"),
            ("in self._echoes.values()", "in list(self._echoes.values())[:1]"),
            ("sum(len(echoes) - 1 for", "max(len(echoes) - 1 for"),
            ("self._came_s = now_s", "pass"),
        ],
        "test_both_rangers_together_need_one_step_each": [
            ("STEPS = 2", "STEPS = 1"),
            ("STEPS = 2", "STEPS = 3"),
            ("echoes.clear()", "pass"),
            ("if len(echoes) > 1", "if len(echoes) > 2"),
            ("and 0.0 < nearer_m <=", "and nearer_m <="),
        ],
        "test_a_thing_that_the_lidar_saw_stand_is_nobody": [
            ("STOOD_M = 0.05", "STOOD_M = 0.0"),
            ("STOOD_M = 0.05", "STOOD_M = 0.5"),
            ("if stood or not (echoes", "if not (echoes"),
        ],
        "test_an_echo_that_is_missed_hides_nobody": [
            ("GAP_S = 0.25", "GAP_S = 0.15"),
            ("if sample is None or not math.isfinite(sample.range_m):", "if sample is None:"),
        ],
        "test_echoes_long_apart_are_not_counted_together": [
            ("GAP_S = 0.25", "GAP_S = 0.5"),
        ],
        "test_who_keeps_their_distance_or_falls_back_stops_nobody": [
            ("CLOSING_MPS = 0.4", "CLOSING_MPS = 0.1"),
            ("max(map(abs, curves))", "max(curves)"),
        ],
        "test_one_nearer_thing_is_nobody_who_comes": [
            ("FASTEST_MPS = 7.0", "FASTEST_MPS = 70.0"),
        ],
        "test_who_is_far_is_not_waited_for_yet": [
            ("EARLY_S = 0.8", "EARLY_S = 0.5"),
            ("EARLY_S = 0.8", "EARLY_S = 1.2"),
            ("REACTION_S + abs(speed_mps)", "abs(speed_mps)"),
            ("REACTION_S + abs(speed_mps) / self._spec.max_deceleration_mps2", "REACTION_S"),
            ("- turn_1pm * abs(speed_mps) * range_m", ""),
            ("and range_m <= faster_mps * stands_s", ""),
        ],
        "test_waits_until_they_have_gone_by_and_drives_on": [
            ("PASSES_S = 1.5", "PASSES_S = 0.5"),
            ("PASSES_S = 1.5", "PASSES_S = 4.0"),
            (" if 0.0 <= now_s - echoes[-1].stamp_s <= GAP_S", ""),
        ],
        "test_who_comes_nearer_elsewhere_is_not_behind": [
            ("< -math.sqrt(0.5)", "< 2.0"),
        ],
        "test_a_clock_that_jumps_back_waits_for_nobody": [
            ("if 0.0 <= now_s - echoes[-1].stamp_s", "if now_s - echoes[-1].stamp_s"),
            ("0.0 <= now_s - self._came_s <= PASSES_S", "now_s - self._came_s <= PASSES_S"),
        ],
    },
    "gate": {
        "test_stops_in_a_bend_before_who_is_faster_is_beside_it": [
            ("self._overtaken.hear(samples, self._memory.points)", "pass"),
        ],
        "test_a_thing_that_the_lidar_saw_stand_is_nobody": [
            ("hear(samples, self._memory.points)", "hear(samples, self._points)"),
        ],
        "test_a_vehicle_that_backs_has_other_eyes_for_it": [
            ("if direction > 0:\n            is_coming", "if True:\n            is_coming"),
        ],
        "test_a_child_that_runs_is_stopped_for_within_three_scans": [
            ("is_coming |= self._overtaken", "is_coming = self._overtaken"),
        ],
        "test_who_is_far_is_not_waited_for_yet": [
            (
                "is_reached(curves, base.speed_mps, now_s)",
                "is_reached([0.0], base.speed_mps, now_s)",
            ),
            ("is_reached(curves, base.speed_mps, now_s)", "is_reached(curves, 0.0, now_s)"),
        ],
    },
}
