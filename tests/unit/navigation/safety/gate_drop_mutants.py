"""Mutants of how the safety gate knows where the ground ends.

A mutant is a text of the source, and what stands in its stead.
"""

from __future__ import annotations

DROPPING: dict[str, list[tuple[str, str]]] = {
    "climb": [
        ("wheelbase_m / 2", "0.0"),
        ("self._at_m += travel_m", "pass"),
        ("while self._places_m and self._places_m[-1] > self._at_m:", "while False:"),
        ("self._places_m[-KEEP:]", "[]"),
        ("-travel_m * math.sin(", "travel_m * math.sin("),
        ("-travel_m * math.sin(", "0.0 * math.sin("),
    ],
    "drop_ground": [
        # where a reading lies
        ("y_m * sin_roll + z_m * cos_roll", "z_m * cos_roll"),
        ("y_m * cos_roll - z_m * sin_roll", "y_m"),
        ("x_m * cos_pitch + up * sin_pitch", "x_m"),
        ("self.z_m + up * cos_pitch", "up * cos_pitch"),
        ("up * cos_pitch - x_m * sin_pitch", "up * cos_pitch + x_m * sin_pitch"),
        ("cos * math.sin(ranger.yaw_rad)", "0.0"),
        # how deep is too deep
        ("NOISE_M = 0.02", "NOISE_M = 0.08"),
        ("NOISE_M = 0.02", "NOISE_M = -0.03"),
        ("GRADE_NOISE = 0.03", "GRADE_NOISE = 0.3"),
        ("spec.max_kerb_m, spec.max_grade + GRADE", "0.0, spec.max_grade + GRADE"),
        ("spec.max_grade + GRADE_NOISE", "GRADE_NOISE"),
        ("/ share + NOISE_M", "+ NOISE_M"),
        ("past_m <= REACH_M]", "past_m <= 0.0]"),
        ("known[2] - spot[2] - self._fall_m", "spot[2] - known[2] - self._fall_m"),
        ("if deep_m > -self._still_m:", "if deep_m > 0.0:"),
        ("if deep_m > -self._still_m:", "if deep_m > -STILL_M:"),
        ("STILL_M = 0.02", "STILL_M = 0.2"),
        (
            "            self._still_m = 0.0\n            return Sight.LOW",
            "            self._still_m = STILL_M\n            return Sight.LOW",
        ),
        (
            "            return Sight.LOW\n        sight",
            "            return Sight.GROUND\n        sight",
        ),
        # behind ground that climbs
        ("CREST = 0.22", "CREST = 0.9"),
        ("CREST = 0.22", "CREST = 0.1"),
        ("CREST_M = 0.3", "CREST_M = 9.0"),
        ("CREST_M = 0.3", "CREST_M = 0.0"),
        ("CREST + GRADE_NOISE - stands_m", "CREST + GRADE_NOISE + stands_m"),
        ("- stance.z_m\n", "\n"),
        (
            "                return Sight.LOW\n            else:",
            "                return Sight.GROUND\n            else:",
        ),
        # things
        ("self._is_sure or body[2] < -self._kerb_m - NOISE_M", "True"),
        ("self._is_sure or body[2] < -self._kerb_m - NOISE_M", "self._is_sure"),
        ("self._is_sure or body[2] <", "body[2] <"),
        ("spot[2] - known[2] > self._rise_m(past_m)", "False"),
        ("        if -down_m > self._first_m:", "        if False:"),
        # feet
        ("FOOT_M = 0.5", "FOOT_M = 0.0"),
        ("FOOT_M = 0.5", "FOOT_M = 9.0"),
        ("BEFORE_M = 0.3", "BEFORE_M = 0.0"),
        ("BEFORE_M = 0.3", "BEFORE_M = 9.0"),
        ("if self._is_foot(spot):", "if False:"),
        (
            "            self._since = 0\n            return Sight.THING",
            "            return Sight.THING",
        ),
        ("along_m[-1] - self._kerb_m - NOISE_M", "along_m[-1] - 9.0"),
        ("along_m[-1] - self._kerb_m - NOISE_M", "along_m[-1] + 0.1"),
        ("self._since + 1", "self._since"),
        # nothing known
        ("        if down_m > self._first_m:", "        if False:"),
        ("self._grade * away_m", "9.0 * away_m"),
        ("self._spots, self._is_sure, self._since = [], False, 0", "pass"),
        # the edge
        ("return [known[:2], beyond]", "return [beyond]"),
        ("bumper_m + s * (x_m - bumper_m), y_m", "x_m, y_m"),
        ("bumper_m + s * (x_m - bumper_m), y_m", "bumper_m, y_m"),
    ],
    "drops": [
        ("READINGS = 2", "READINGS = 1"),
        ("READINGS = 2", "READINGS = 5"),
        ("KEEP_WITHIN_M = 4.5", "KEEP_WITHIN_M = 0.5"),
        ("KEEP_WITHIN_M = 4.5", "KEEP_WITHIN_M = 90"),
        ("        if not self._tracks:", "        if True:"),
        ("        self._roll(base, now_s)\n", ""),
        ("if self._read_s.get(ranger.name) == sample.stamp_s:", "if False:"),
        ("return is_now and is_possible", "return is_possible"),
        ("is_now and is_possible(sample.range_m, ranger)", "is_now"),
        (
            "self._lows.get(name, 0) + 1 if sight is Sight.LOW else 0",
            "1 if sight is Sight.LOW else 0",
        ),
        ("+ 1 if sight is Sight.LOW else 0", "+ (sight is Sight.LOW)"),
        ("if 0 <= elapsed_s <= GAP_S", "if 0 <= elapsed_s"),
        ("if 0 <= elapsed_s <= GAP_S", "if False"),
        ("        self.forget()  #", "        pass  #"),
        ("            track.clear()", "            pass"),
        ("self._open, self.points = NOTHING, {}, NOTHING", "self.points = self._edges, NOTHING"),
        (
            "self._edges, self._open, self.points = NOTHING, {}",
            "_, self._open, self.points = 0, {}",
        ),
        ("BRIDGE_M = 0.25", "BRIDGE_M = 0.0"),
        ("BRIDGE_M = 0.25", "BRIDGE_M = 9.0"),
        ("sight is Sight.THING or track.gap_m", "track.gap_m"),
        ("np.concatenate((self._edges, found_before))", "self._edges"),
        ("(self._edges, *self._open.values())", "(self._edges,)"),
        ("elapsed_s * base.speed_mps", "0.0"),
        ("(sample.stamp_s - now_s) * base.speed_mps", "0.0"),
        ("key=lambda tilt: abs(tilt.stamp_s - sample.stamp_s)", "key=lambda tilt: -tilt.stamp_s"),
        ("ranger.foot_m[0] > self._spec.front_m", "ranger.foot_m[0] < self._spec.front_m"),
        ("self.points = seen_from(self._base,", "self.points = seen_from(Pose2(0.0, 0.0, 0.0),"),
        ("math.tan(base.steering_rad)", "0.0"),
    ],
    "gate": [
        ("(*spec.ultrasonics, *spec.drop_rangers)", "spec.ultrasonics"),
        ("        self._drops.step(samples, base, now_s)\n", ""),
        ("        self._drops.forget()\n", ""),
        ("for those in (points, self._drops.points)", "for those in (points, points)"),
        ("min(thing_m, drop_m)", "thing_m"),
        ("min(thing_m, drop_m)", "drop_m"),
        ("drop_m < thing_m)", "drop_m > thing_m)"),
        ("FaultKind.DROP_AHEAD if around.is_drop else", "FaultKind.DROP_AHEAD if True else"),
    ],
}
