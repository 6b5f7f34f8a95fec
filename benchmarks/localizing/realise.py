"""The same drive on another day: other errors of the sensors and of the map, by seed.

What the vehicle did and what the lidar saw stay as recorded; the receiver, its satellites and what
houses do to both, the gyro's bias, the wheels' size and slips, and the survey of the outlines are
drawn anew. So an hour of recorded drives gives many hours that differ in all that a localizer may
be fooled by, at the price of a replay.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.localizing.changes import Change, Event, Wrong, no_fixes, wheels_faster
from benchmarks.localizing.record import Drive
from navigation.localization.gnss import lever_arm
from navigation.localization.outlines import Outlines
from navigation.types import GnssFix, ImuSample, WheelOdometry
from patrol.geodesy import enu_from_wgs84
from patrol.geometry import Pose2
from simulation.sensors.gnss import GnssModel
from simulation.sensors.sky import Sky
from simulation.types import SensorOptions

SURVEY_M = (0.1, 0.3)  # by which houses are off on the map: sigma of one axis, drawn for a day
OUTAGE_S, OUTAGES_EVERY_S = 60.0, 180.0
SLIPS_EVERY_S, SLIP_S = 60.0, (0.4, 1.5)
SLIP_M = (0.1, 0.5)  # that a slip is worth: on leaves, paint, a manhole; never 1 m
FIRST_OUTAGE_S = 20.0


@dataclass(frozen=True, slots=True)
class Day:
    """What a localizer is given: the samples, and the outlines as surveyed."""

    name: str
    events: list[Event]
    outlines: Outlines
    outages: tuple[Wrong, ...]

    def is_outage(self, stamp_s: float) -> bool:
        """Whether fixes are withheld at a time."""
        return any(outage.begin_s <= stamp_s < outage.end_s for outage in self.outages)


def another_day(drive: Drive, seed: int, shadow: bool) -> Day:
    """The drive with all errors drawn by `seed`; `shadow`: houses hide and reflect satellites."""
    survey, receiver, sensors, slips, outages = [
        np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(5)
    ]
    survey_m = float(survey.uniform(*SURVEY_M))
    events = _slips(list(_other_sensors(list(_fixes(drive, receiver, shadow)), sensors)), slips)
    without = tuple(_outages(drive, outages))
    for outage in without:
        events = outage.apply(events, no_fixes)
    kind = "houses" if shadow else "open"
    name = f"{drive.name}; {kind}, day {seed}, outlines off by {survey_m:.2f} m"
    return Day(name, events, surveyed(drive, survey_m, survey), without)


def surveyed(drive: Drive, sigma_m: float, rng: np.random.Generator) -> Outlines:
    """The map's houses, each moved by an error of its own."""
    rings = []
    for building in drive.town.buildings:
        dx, dy = rng.normal(0.0, sigma_m, 2).tolist()
        rings.append([(x + dx, y + dy) for x, y in building.polygon_map])
    return Outlines(rings)


def _fixes(drive: Drive, rng: np.random.Generator, shadow: bool) -> Iterator[Event]:
    """Fixes of another receiver under another sky at the antenna's true places."""
    origin, spec = drive.town.origin, drive.spec
    sky = Sky(drive.houses, math.radians(origin.latitude_deg), rng) if shadow else None
    receiver = GnssModel(origin, SensorOptions(gnss_shadow=shadow), rng, sky)
    looks = drive.looks
    stamps = np.array([look.stamp_s for look in looks])
    xs, ys = np.array([(look.truth.x_m, look.truth.y_m) for look in looks]).T
    yaws = np.unwrap([look.truth.yaw_rad for look in looks])
    roll_rad = pitch_rad = 0.0
    for event in drive.events:
        if isinstance(event, ImuSample):
            roll_rad, pitch_rad = event.roll_rad, event.pitch_rad
        if not isinstance(event, GnssFix):
            yield event
            continue
        x, y, yaw = (float(np.interp(event.stamp_s, stamps, each)) for each in (xs, ys, yaws))
        arm = lever_arm(spec.gnss_x_m, spec.gnss_z_m, roll_rad, pitch_rad)
        up_m = enu_from_wgs84(event.position, origin)[2]
        yield receiver.read((*Pose2(x, y, yaw).transform(*arm), up_m), event.stamp_s)


def _other_sensors(events: Sequence[Event], rng: np.random.Generator) -> Iterator[Event]:
    """Wheels of another size, a gyro with another bias and scale, on top of what was recorded."""
    options = SensorOptions()
    wheels = 1.0 + float(rng.normal(0.0, options.odometry_scale))
    bias_radps = float(rng.normal(0.0, options.yaw_rate_bias_radps))
    scale = 1.0 + float(rng.normal(0.0, options.yaw_rate_scale))
    for event in events:
        if isinstance(event, WheelOdometry):
            yield replace(event, speed_mps=event.speed_mps * wheels)
        elif isinstance(event, ImuSample):
            yield replace(event, yaw_rate_radps=event.yaw_rate_radps * scale + bias_radps)
        else:
            yield event


def _outages(drive: Drive, rng: np.random.Generator) -> Iterator[Wrong]:
    begin_s = drive.looks[0].stamp_s + float(rng.uniform(FIRST_OUTAGE_S, OUTAGES_EVERY_S))
    while begin_s + OUTAGE_S < drive.looks[-1].stamp_s:
        yield Wrong(begin_s, begin_s + OUTAGE_S)
        begin_s += OUTAGES_EVERY_S


def _slips(events: list[Event], rng: np.random.Generator) -> list[Event]:
    """Now and then the wheels spin or slide for a moment, while the vehicle drives on."""
    begin_s, last_s = events[0].stamp_s, events[-1].stamp_s
    while True:
        begin_s += float(rng.exponential(SLIPS_EVERY_S)) + SLIP_S[1]
        if begin_s > last_s:
            return events
        took_s = float(rng.uniform(*SLIP_S))
        extra_mps = float(rng.choice((-1.0, 1.0)) * rng.uniform(*SLIP_M)) / took_s
        slip: Change = wheels_faster(extra_mps)
        events = Wrong(begin_s, begin_s + took_s).apply(events, slip)
