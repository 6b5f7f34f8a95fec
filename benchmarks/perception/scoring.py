"""Scores alarms against events: one alarm for one event, in time, at its place.

The rules are those of KISA's certification of intelligent CCTV (after i-LIDS): an alarm is right
when it starts within [-2 s, +10 s] of the event; what starts outside is a false alarm, and the
event is missed as well; a second alarm for an event is false. Where it is known how far from the
event an alarm was, one in another place is outside, too.

Interval. With p = hits / (hits + misses + false alarms), F1 = 2 p / (1 + p) grows with p, so the
95 % Wilson interval of p (Wilson 1927) gives one of F1. Clips are taken as independent; it is
honest where nothing went wrong, when a bootstrap would say that nothing ever will.

    python -m benchmarks.perception.scoring TRUTH.json | TRUTH.xml ALARMS.xml [--kisa] [--out FILE]

TRUTH.json is what `sunra simulate suite --truth` writes: labels and what was raised.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

EARLY_S, LATE_S = 2.0, 10.0
Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """Something that happens in a clip; times in seconds from its start."""

    kind: str
    at_s: float  # when its definition is met
    window_s: tuple[float, float]  # when an alarm about it may start
    within_m: float = math.inf

    def accepts(self, alarm: Alarm) -> bool:
        """Whether an alarm is about it: by kind, time and distance."""
        in_time = self.window_s[0] <= alarm.at_s <= self.window_s[1]
        return in_time and alarm.kind == self.kind and alarm.off_m <= self.within_m


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as it started."""

    kind: str
    at_s: float
    off_m: float = 0.0  # from the clip's event, where that is known


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece of recording or a simulated scene, with its truth and what was raised."""

    name: str
    duration_s: float
    events: tuple[TrueEvent, ...] = ()
    alarms: tuple[Alarm, ...] = ()


@dataclass(slots=True)
class Score:
    """Counts of one kind; `late_s` are hits' alarm times after their events."""

    hits: int = 0
    misses: int = 0
    false_alarms: int = 0
    repeated: int = 0  # of the false alarms: those that would have hit an event already hit
    late_s: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the events that were reported; NaN without events."""
        return _ratio(self.hits, self.hits + self.misses)

    @property
    def precision(self) -> float:
        """Share of the alarms that were right; NaN without alarms."""
        return _ratio(self.hits, self.hits + self.false_alarms)

    @property
    def f1(self) -> float:
        """Their harmonic mean, 2 hits / (2 hits + misses + false alarms)."""
        return _ratio(2 * self.hits, 2 * self.hits + self.misses + self.false_alarms)

    @property
    def f1_interval(self) -> tuple[float, float]:
        """95 %, by Wilson's interval of hits among all that counts; (0, 1) where nothing does."""
        low, high = wilson(self.hits, self.hits + self.misses + self.false_alarms)
        return 2 * low / (1 + low), 2 * high / (1 + high)

    def late_percentile_s(self, share: float) -> float:
        """How late hits were: the least time that `share` of them keep within; NaN for none."""
        if not self.late_s:
            return math.nan
        return sorted(self.late_s)[max(math.ceil(share * len(self.late_s)) - 1, 0)]

    def __str__(self) -> str:
        low, high = self.f1_interval
        return (
            f"F1 {self.f1:.3f} [{low:.3f}, {high:.3f}]  {self.hits} hits, {self.misses} misses,"
            f" {self.false_alarms} false ({self.repeated} repeated),"
            f" p95 {self.late_percentile_s(0.95):+.1f} s"
        )


def wilson(hits: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's interval of a share; (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    p, z2 = hits / trials, z * z
    middle = (p + z2 / (2 * trials)) / (1 + z2 / trials)
    half = z * math.sqrt(p * (1 - p) / trials + z2 / (4 * trials**2)) / (1 + z2 / trials)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def score(clips: Iterable[Clip]) -> dict[str, Score]:
    """A score for every kind that a clip speaks of, in alphabetic order."""
    scores: dict[str, Score] = {}
    for clip in clips:
        for kind in {e.kind for e in clip.events} | {a.kind for a in clip.alarms}:
            _add(scores.setdefault(kind, Score()), clip, kind)
    return dict(sorted(scores.items()))


def _add(total: Score, clip: Clip, kind: str) -> None:
    """Events in order of their deadline take the first alarm that is left for them.

    That hits as many events as any assignment where windows do not lie within one another.
    """
    events = sorted((e for e in clip.events if e.kind == kind), key=lambda e: e.window_s[1])
    left = sorted((a for a in clip.alarms if a.kind == kind), key=lambda a: a.at_s)
    for event in events:
        alarm = next((a for a in left if event.accepts(a)), None)
        if alarm is None:
            total.misses += 1
            continue
        left.remove(alarm)
        total.hits += 1
        total.late_s.append(alarm.at_s - event.at_s)
    total.false_alarms += len(left)
    total.repeated += sum(any(event.accepts(alarm) for event in events) for alarm in left)


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def main(arguments: Sequence[str]) -> int:
    """Print a line for every kind; 0 where each reaches F1 0.90."""
    from benchmarks.perception.scoring_files import ScoringFileError, read_clips, write_alarms
    from benchmarks.shared.targets import Target, finish, parser

    options = parser(__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("truth", type=Path)
    options.add_argument("alarms", type=Path, nargs="?", help="XML, where the truth is XML")
    options.add_argument(
        "--kisa", action="store_true", help="a StartTime is the event, not where its window begins"
    )
    options.add_argument("--out", type=Path, help="write the alarms as KISA's XML")
    chosen = options.parse_args(arguments)
    try:
        clips = read_clips(chosen.truth, chosen.alarms, is_event_time=chosen.kisa)
        if chosen.out is not None:
            write_alarms(chosen.out, clips)
    except ScoringFileError as error:
        print(error, file=sys.stderr)
        return 2
    scores = score(clips)
    for kind, found in scores.items():
        print(f"{kind}: {found}")
    targets = [Target(f"F1 of {kind}", found.f1, 0.90) for kind, found in scores.items()]
    return finish(targets, chosen.json)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
