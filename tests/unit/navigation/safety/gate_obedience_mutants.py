"""Mutants of how the safety gate judges whether the wheels obey.

A mutant is a text of the source, and what stands in its stead.
"""

from __future__ import annotations

OBEYING: dict[str, list[tuple[str, str]]] = {
    "obedience": [
        ("DELAY_S = 0.3", "DELAY_S = 0.1"),
        ("DELAY_S = 0.3", "DELAY_S = 0.5"),
        ("BRAKING_SHARE = 0.5", "BRAKING_SHARE = 1.0"),
        ("BRAKING_SHARE = 0.5", "BRAKING_SHARE = 0.3"),
        ("SLACK_MPS = 0.3", "SLACK_MPS = 0.2"),
        ("SLACK_MPS = 0.3", "SLACK_MPS = 0.5"),
        ("GRACE_S = 0.1", "GRACE_S = 0.0"),
        ("GRACE_S = 0.1", "GRACE_S = 0.2"),
        ("CREEP_MPS = 0.05", "CREEP_MPS = 0.0"),
        ("CREEP_MPS = 0.05", "CREEP_MPS = 0.1"),
        ("CREEP_M = 0.1", "CREEP_M = 0.05"),
        ("CREEP_M = 0.1", "CREEP_M = 0.3"),
        ("self._told.append((self._time_s, speed_mps))", "pass"),
        ("self._time_s += elapsed_s", "self._time_s += 0.0"),
        ("        if speed_mps is None:\n            return False\n", ""),
        ("speed_mps - fastest_mps, slowest_mps - speed_mps", "speed_mps - fastest_mps, 0.0"),
        ("speed_mps - fastest_mps, slowest_mps - speed_mps", "0.0, slowest_mps - speed_mps"),
        ("if excess_mps > SLACK_MPS else 0.0", "if excess_mps > SLACK_MPS else self._beyond_s"),
        ("self._beyond_s + elapsed_s if", "elapsed_s if"),
        ("slowest_mps == fastest_mps == 0.0 and", ""),
        ("slowest_mps == fastest_mps == 0.0 and", "False and"),
        ("self._crept_m + excess_mps * elapsed_s", "excess_mps * elapsed_s"),
        ("if is_creeping else 0.0", "if is_creeping else self._crept_m"),
        ("self._beyond_s > GRACE_S or", ""),
        ("or self._crept_m > CREEP_M", ""),
        ("self._told.popleft()", "break"),
        ("<= self._time_s - DELAY_S", "<= self._time_s"),
        ("            if speed_mps is None:\n                return 0.0, 0.0\n", ""),
        ("if speed_mps is None:\n                return", "if True:\n                return"),
        ("self._band = min(0.0, speed_mps), max(0.0, speed_mps)", "self._band = 0.0, 0.0"),
        ("self._band = min(0.0, speed_mps), max", "self._band = 0.0, max"),
        ("self._slowing_mps2 * elapsed_s", "0.0"),
        ("self._band[0] + narrower_mps", "self._band[0]"),
        ("self._band[0] + narrower_mps", "0.0"),
        ("self._band[1] - narrower_mps", "self._band[1]"),
        ("self._band[1] - narrower_mps", "0.0"),
        ("min(0.0, *speeds, self", "min(0.0, self"),
        ("max(0.0, *speeds, self", "max(0.0, self"),
        ("max(0.0, *speeds,", "max(*speeds,"),
        ("min(0.0, *speeds,", "min(*speeds,"),
    ],
}
