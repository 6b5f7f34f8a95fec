"""Changes of navigation/safety/overtaken.py, and where it is asked, that a gate test notices."""

from __future__ import annotations

PASSING = {
    "overtaken": [
        ("HEARD = 4", "HEARD = 2"),
        ("GAP_S = 0.25", "GAP_S = 0.15"),
        ("GAP_S = 0.25", "GAP_S = 0.5"),
        ("CLOSING_MPS = 0.4", "CLOSING_MPS = 0.1"),
        ("CLOSING_MPS = 0.4", "CLOSING_MPS = 1.6"),
        ("FASTEST_MPS = 7.0", "FASTEST_MPS = 70.0"),
        ("FASTEST_MPS = 7.0", "FASTEST_MPS = 1.0"),
        ("TURNING_1PM = 0.1", "TURNING_1PM = 0.0"),
        ("TURNING_1PM = 0.1", "TURNING_1PM = 0.5"),
        ("EARLY_S = 0.6", "EARLY_S = 0.0"),
        ("EARLY_S = 0.6", "EARLY_S = 3.0"),
        ("PASSES_S = 1.5", "PASSES_S = 0.5"),
        ("PASSES_S = 1.5", "PASSES_S = 4.0"),
        ("< -math.sqrt(0.5)", "< 2.0"),
        ("if sample is None or not math.isfinite(sample.range_m):", "if sample is None:"),
        ("sample.stamp_s == echoes[-1].stamp_s", "False"),
        ("echoes.clear()", "pass"),
        ("echoes.append(sample)", "pass"),
        ("max(map(abs, curves))", "max(curves)"),
        ("REACTION_S + abs(speed_mps)", "abs(speed_mps)"),
        ("REACTION_S + abs(speed_mps) / self._spec.max_deceleration_mps2", "REACTION_S"),
        ("self._echoes.values()", "list(self._echoes.values())[:1]"),
        ("0.0 <= now_s - echoes[-1].stamp_s <= GAP_S", "now_s - echoes[-1].stamp_s <= GAP_S"),
        (" and 0.0 <= now_s - echoes[-1].stamp_s <= GAP_S", ""),
        ("- turn_1pm * abs(speed_mps) * range_m", ""),
        ("and range_m <= faster_mps * stands_s", ""),
        ("0.0 <= now_s - self._came_s <= PASSES_S", "now_s - self._came_s <= PASSES_S"),
        ("self._came_s = now_s", "pass"),
        ("and 0.0 < nearer_m <=", "and nearer_m <="),
    ],
    "gate": [
        ("self._overtaken.hear(samples)", "pass"),
        ("if direction > 0:", "if True:"),
        ("is_coming |= self._overtaken", "is_coming = self._overtaken"),
        ("is_passed(curves, base.speed_mps, now_s)", "is_passed([0.0], base.speed_mps, now_s)"),
        ("is_passed(curves, base.speed_mps, now_s)", "is_passed(curves, 0.0, now_s)"),
    ],
}  # fmt: skip
