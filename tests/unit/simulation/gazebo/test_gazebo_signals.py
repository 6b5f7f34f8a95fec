"""Signals: lit lamps come out of their cases when the programme says so."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.gazebo.signals import SWITCH_S, waypoints_of
from simulation.signals import Lamp, SignalProgram, shines
from simulation.world import World


@given(
    st.floats(0.0, 200.0), st.floats(0.0, 500.0), st.sampled_from(list(Lamp)),
    st.sampled_from([(7.0, 13.0, 90.0), (0.0, 5.0, 60.0), (20.0, 0.0, 40.0), (7.0, 40.0, 94.0)]),
)  # fmt: skip
def test_a_lit_lamp_is_out_when_the_programme_says_so(
    offset_s: float, time_s: float, lamp: Lamp, phases: tuple[float, float, float]
) -> None:
    program = SignalProgram(*phases, offset_s)
    points = waypoints_of(program, lamp)
    times = [at_s for at_s, _ in points]
    assert times[0] == 0.0
    assert times[-1] == program.cycle_s
    assert all(a < b for a, b in itertools.pairwise(times))
    into = time_s % program.cycle_s
    before = bisect_right(times, into) - 1
    if before + 1 < len(points) and points[before][1] is not points[before + 1][1]:
        assert times[before + 1] - times[before] <= SWITCH_S + 1e-9
        return
    margin = 0.03  # beside a switch, which of two is rounding
    lights = {shines(program.at(time_s + d)[0], lamp, time_s + d) for d in (-margin, 0.0, margin)}
    assert points[before][1] in lights


def test_each_head_has_two_lamps_of_its_own(sdf: Element, world: World) -> None:
    lamps = [a for a in sdf.findall("actor") if a.attrib["name"].startswith("signal")]
    assert len(lamps) == 2 * sum(len(signal.heads) for signal in world.signals) > 0
    for lamp in lamps:
        assert lamp.findtext("script/loop") == "true"
        poses = [p.findtext("pose") or "" for p in lamp.findall("script/trajectory/waypoint")]
        assert len(set(poses)) == 2
        (x0, y0, *_), (x1, y1, *_) = ([float(w) for w in pose.split()] for pose in set(poses))
        assert (x1 - x0) ** 2 + (y1 - y0) ** 2 == pytest.approx(0.105**2)
