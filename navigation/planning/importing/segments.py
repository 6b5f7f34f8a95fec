"""Ways as straight segments with what holds all along them; crossings and kerbs marked.

A crossing or a kerb is a point in the data. It takes a stretch of the way around it: half a
carriageway each way for a crossing, half a metre for a kerb, no farther than the next junction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from navigation.planning.importing import way_rules
from navigation.planning.importing.points import Points
from navigation.planning.importing.source import Source, SourceWay, name_of
from patrol.map import Crosswalk, WayClass

KERB_REACH_M = 0.5
CROSSING_MARGIN_M = 1.0  # from the carriageway's edge to where one waits
UNKNOWN_CARRIAGEWAY_M = 6.0
MIN_CUT_M = 0.3  # no point is made nearer than this to another
WALKED = (WayClass.PAVEMENT, WayClass.PARK_PATH)


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is the same all along a piece of way, in its drawing direction."""

    way_class: WayClass
    width_m: float
    speed_limit_mps: float
    surface: str
    grade: float
    lit: bool
    name: str
    exposure: float | None = None
    kerb_m: float = 0.0
    crosswalk_id: str | None = None
    forward: bool = True
    backward: bool = True

    def reversed(self) -> Attributes:
        """As seen from the other end."""
        if self.grade == 0 and self.forward == self.backward:
            return self
        return replace(self, grade=-self.grade + 0.0, forward=self.backward, backward=self.forward)


@dataclass(frozen=True, slots=True)
class Segment:
    """A straight piece of way between two points."""

    start: int
    end: int
    attributes: Attributes


@dataclass
class Segments:
    """All segments, each pair of points once, and the crosswalks on them (without edges)."""

    segments: list[Segment] = field(default_factory=list)
    crosswalks: dict[str, Crosswalk] = field(default_factory=dict)
    barriers: int = 0


@dataclass(frozen=True, slots=True)
class _Mark:
    """Between two distances along a way something more holds."""

    from_m: float
    to_m: float
    kerb_m: float = 0.0
    crosswalk_id: str | None = None


def make_segments(ways: Sequence[SourceWay], source: Source, points: Points) -> Segments:
    """The usable ways cut into segments; ways part at barriers that no wheels pass."""
    made = Segments(barriers=len(source.blocked & {ref for way in ways for ref in way.refs}))
    parts = [part for way in ways for part in _cut_at_barriers(way, source, points)]
    uses = Counter(ref for part in parts for ref in part.refs)
    seen: set[tuple[int, int]] = set()
    for part in parts:
        for segment in _segments(part, source, points, uses, made):
            pair = (min(segment.start, segment.end), max(segment.start, segment.end))
            if pair not in seen:
                seen.add(pair)
                made.segments.append(segment)
    return made


def _cut_at_barriers(way: SourceWay, source: Source, points: Points) -> Iterator[SourceWay]:
    """At a barrier each side ends at a point of its own, so nothing joins them."""
    if source.blocked.isdisjoint(way.refs):
        yield way
        return
    run: list[int] = []
    for i, ref in enumerate(way.refs):
        blocked = ref in source.blocked
        run.append(points.add(points[ref]) if blocked else ref)
        if blocked and 0 < i < len(way.refs) - 1:
            yield replace(way, refs=tuple(run))
            run = [points.add(points[ref])]
    yield replace(way, refs=tuple(run))


def _segments(
    way: SourceWay, source: Source, points: Points, uses: Counter[int], made: Segments
) -> Iterator[Segment]:
    base = way_attributes(way)
    if base.crosswalk_id is not None:
        made.crosswalks[base.crosswalk_id] = _drawn_crosswalk(base.crosswalk_id, way, source)
    at_m = points.along_m(way.refs)
    marks = list(_marks(way, base, source, at_m, uses, made))
    if not marks:
        yield from (Segment(a, b, base) for a, b in pairwise(way.refs))
        return
    refs, at_m = _with_cuts(way.refs, at_m, marks, points)
    for i, (a, b) in enumerate(pairwise(refs)):
        middle_m = (at_m[i] + at_m[i + 1]) / 2
        attributes = base
        for mark in marks:
            if mark.from_m < middle_m < mark.to_m:
                attributes = _marked(attributes, mark)
        yield Segment(a, b, attributes)


def way_attributes(way: SourceWay) -> Attributes:
    """What the tags say of a whole way that `left_out_reason` lets pass."""
    tags, rule = way.tags, way_rules.WAY_RULES[way.tags["highway"]]
    crossing = way_rules.is_crossing_way(tags)
    forward, backward = way_rules.directions(tags)
    return Attributes(
        way_class=WayClass.CROSSWALK if crossing else way_rules.way_class(tags, rule),
        width_m=way_rules.width_m(tags, rule),
        speed_limit_mps=round(way_rules.speed_limit_mps(tags, rule), 3),
        surface=tags.get("surface", "asphalt"),
        grade=round(way_rules.way_grade(tags), 4),
        lit=way_rules.is_lit(tags, rule),
        name=name_of(tags),
        exposure=way_rules.exposure(tags),
        crosswalk_id=f"cw-{way.id}" if crossing else None,
        forward=forward,
        backward=backward,
    )


def _drawn_crosswalk(crosswalk_id: str, way: SourceWay, source: Source) -> Crosswalk:
    """Of a way drawn across the street; its signal is that of a point on it, else its own."""
    names = (source.roads[ref].name for ref in way.refs if ref in source.roads)
    street = next((name for name in names if name), "")
    lights = [r for r in way.refs if source.crossings.get(r)]
    lights += [r for r in way.refs if r in source.signals]
    if lights:
        return Crosswalk(crosswalk_id, street, (), True, f"osm-n{lights[0]}")
    if not way_rules.is_signalled(way.tags):
        return Crosswalk(crosswalk_id, street, ())
    middle = [ref for ref in way.refs if ref in source.crossings]
    signal = f"osm-n{middle[0]}" if middle else f"osm-{way.id}"
    return Crosswalk(crosswalk_id, street, (), True, signal)


def _marks(
    way: SourceWay,
    base: Attributes,
    source: Source,
    at_m: Sequence[float],
    uses: Counter[int],
    made: Segments,
) -> Iterator[_Mark]:
    """Kerbs, and crossings of streets where a footway does not say itself that it crosses."""
    crosses = base.way_class in WALKED and way.tags.get("footway") != "sidewalk"
    for i, ref in enumerate(way.refs):
        if ref in source.kerbs_m:
            low, high = _reach(way.refs, i, at_m, uses, KERB_REACH_M)
            yield _Mark(low, high, kerb_m=source.kerbs_m[ref])
        if crosses and ref in source.crossings:
            road = source.roads.get(ref)
            half_m = (road.width_m if road else UNKNOWN_CARRIAGEWAY_M) / 2 + CROSSING_MARGIN_M
            low, high = _reach(way.refs, i, at_m, uses, half_m)
            crosswalk_id, signalled = f"cw-n{ref}", source.crossings[ref]
            signal_id = f"osm-n{ref}" if signalled else None
            street = road.name if road else ""
            made.crosswalks[crosswalk_id] = Crosswalk(
                crosswalk_id, street, (), signalled, signal_id
            )
            yield _Mark(low, high, crosswalk_id=crosswalk_id)


def _reach(
    refs: Sequence[int], at: int, at_m: Sequence[float], uses: Counter[int], reach_m: float
) -> tuple[float, float]:
    """From `reach_m` before to `reach_m` after a point, but not beyond junctions and ends."""
    low, high = at, at
    while low > 0 and at_m[at] - at_m[low] < reach_m and (low == at or uses[refs[low]] == 1):
        low -= 1
    last = len(refs) - 1
    while (
        high < last and at_m[high] - at_m[at] < reach_m and (high == at or uses[refs[high]] == 1)
    ):
        high += 1
    return max(at_m[low], at_m[at] - reach_m), min(at_m[high], at_m[at] + reach_m)


def _with_cuts(
    refs: Sequence[int], at_m: Sequence[float], marks: Sequence[_Mark], points: Points
) -> tuple[list[int], list[float]]:
    """The way's points and new ones where marks begin and end."""
    cuts = sorted({cut for mark in marks for cut in (mark.from_m, mark.to_m)})
    new_refs, new_at_m = [refs[0]], [at_m[0]]
    for i, (a, b) in enumerate(pairwise(refs)):
        for cut in cuts:
            if new_at_m[-1] + MIN_CUT_M <= cut <= at_m[i + 1] - MIN_CUT_M:
                share = (cut - at_m[i]) / (at_m[i + 1] - at_m[i])
                (ax, ay), (bx, by) = points[a], points[b]
                new_refs.append(points.add((ax + share * (bx - ax), ay + share * (by - ay))))
                new_at_m.append(cut)
        new_refs.append(b)
        new_at_m.append(at_m[i + 1])
    return new_refs, new_at_m


def _marked(attributes: Attributes, mark: _Mark) -> Attributes:
    if mark.crosswalk_id is None:
        return replace(attributes, kerb_m=max(attributes.kerb_m, mark.kerb_m))
    return replace(attributes, way_class=WayClass.CROSSWALK, crosswalk_id=mark.crosswalk_id)
