"""What was recorded against what a replay gives, with the slack that lost orders of receipt need.

A recorder hears inputs a moment before or after the stage did, so a stage may act one cycle
earlier or later in the replay. A recorded value is therefore the same where the replay gives it
within `slack_s` of its time and `bound` of its size.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from patrol.faults import FaultKind

GAP_S = 0.5  # differences nearer than this are one


@dataclass(frozen=True, slots=True)
class Difference:
    """A span of time in which the replay differs; `size` is the largest, in `unit`."""

    stage: str
    what: str
    from_s: float
    to_s: float
    recorded: str
    replayed: str
    size: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Outside:
    """One sample that differs."""

    stamp_s: float
    recorded: str
    replayed: str
    size: float | None = None


def spans(stage: str, what: str, unit: str, found: Sequence[Outside]) -> list[Difference]:
    """Differing samples as spans; each shows its worst sample."""
    groups: list[list[Outside]] = []
    for sample in found:
        if groups and sample.stamp_s - groups[-1][-1].stamp_s <= GAP_S:
            groups[-1].append(sample)
        else:
            groups.append([sample])
    differences = []
    for group in groups:
        worst = max(group, key=lambda sample: sample.size or 0.0)
        differences.append(
            Difference(
                stage,
                what,
                group[0].stamp_s,
                group[-1].stamp_s,
                worst.recorded,
                worst.replayed,
                worst.size,
                unit,
            )
        )
    return differences


class Series:
    """Values of a replay by time, for looking around a time."""

    def __init__(self, samples: Sequence[tuple[float, float]]) -> None:
        self._times = [stamp_s for stamp_s, _ in samples]
        self._values = [value for _, value in samples]

    def distance(self, stamp_s: float, value: float, slack_s: float) -> tuple[float, float] | None:
        """How far a value lies from all that the replay gives near a time, and the nearest of it.

        Values between two neighbours count as given. None where the replay gives nothing there.
        """
        first = bisect.bisect_left(self._times, stamp_s - slack_s)
        last = bisect.bisect_right(self._times, stamp_s + slack_s)
        near = self._values[first:last]
        if not near:
            return None
        low, high = min(near), max(near)
        nearest = min(max(value, low), high)
        return abs(value - nearest), nearest


def differing_values(
    recorded: Sequence[tuple[float, float]],
    replayed: Sequence[tuple[float, float]],
    slack_s: float,
    bound: float,
) -> tuple[list[Outside], float]:
    """Samples that differ by more than the bound, and the largest distance of all."""
    series, found, largest = Series(replayed), [], 0.0
    for stamp_s, value in recorded:
        distance = series.distance(stamp_s, value, slack_s)
        if distance is None:
            continue
        largest = max(largest, distance[0])
        if not distance[0] <= bound:
            found.append(Outside(stamp_s, f"{value:.3f}", f"{distance[1]:.3f}", distance[0]))
    return found, largest


def differing_texts(
    recorded: Sequence[tuple[float, str]],
    replayed: Sequence[tuple[float, str]],
    slack_s: float,
    period_s: float,
) -> list[Outside]:
    """Where what is said on one side is not said on the other near that time.

    The recorded side is told once in `period_s` and on change, so it stands for so long.
    """
    times, times_again = [s for s, _ in recorded], [s for s, _ in replayed]
    found = []
    for stamp_s, text in recorded:
        near = _texts(replayed, times_again, stamp_s - slack_s, stamp_s + slack_s)
        if near and text not in near:
            found.append(Outside(stamp_s, text, near[len(near) // 2]))
    for stamp_s, text in replayed:
        near = _texts(recorded, times, stamp_s - slack_s - period_s, stamp_s + slack_s)
        if near and text not in near:
            found.append(Outside(stamp_s, near[-1], text))
    return sorted(found, key=lambda sample: sample.stamp_s)


def _texts(
    samples: Sequence[tuple[float, str]], times: Sequence[float], from_s: float, to_s: float
) -> list[str]:
    first, last = bisect.bisect_left(times, from_s), bisect.bisect_right(times, to_s)
    return [text for _, text in samples[first:last]]


def differing_faults(
    stage: str,
    recorded: Sequence[tuple[float, frozenset[FaultKind]]],
    replayed: Sequence[tuple[float, frozenset[FaultKind]]],
    slack_s: float,
) -> list[Difference]:
    """Spans in which a fault is open in one of the two alone."""
    kinds = sorted({kind for _, faults in (*recorded, *replayed) for kind in faults})
    differences = []
    for kind in kinds:
        series = [(stamp_s, float(kind in faults)) for stamp_s, faults in recorded]
        again = [(stamp_s, float(kind in faults)) for stamp_s, faults in replayed]
        found, _ = differing_values(series, again, slack_s, 0.5)
        named = [
            Outside(sample.stamp_s, _state(sample.recorded), _state(sample.replayed))
            for sample in found
        ]
        differences += spans(stage, f"fault {kind.value}", "", named)
    return differences


def _state(value: str) -> str:
    return "open" if float(value) > 0.5 else "not open"
