"""The event scorer: one alarm for one event, in time and place; files in and out."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.perception.scoring import Alarm, Clip, Score, TrueEvent, main, score, wilson
from benchmarks.perception.scoring_files import (
    ScoringFileError,
    clock,
    read_clips,
    seconds_of,
    write_alarms,
)
from simulation.scenarios.scene_truth import TruthRow
from simulation.scenarios.truth_file import write_truth

times = st.floats(0.0, 300.0)


def event(at_s: float, kind: str = "fight") -> TrueEvent:
    return TrueEvent(kind, at_s, (at_s - 2.0, at_s + 10.0), 3.0)


def scored(events: list[TrueEvent], alarms: list[Alarm], kind: str = "fight") -> Score:
    return score([Clip("a", 300.0, tuple(events), tuple(alarms))])[kind]


def counts(found: Score) -> tuple[int, int, int]:
    return found.hits, found.misses, found.false_alarms


@pytest.mark.parametrize(
    ("alarm_s", "expected"),
    [
        (18.0, (1, 0, 0)),
        (30.0, (1, 0, 0)),
        (17.9, (0, 1, 1)),  # outside: a miss and a false alarm
        (30.1, (0, 1, 1)),
    ],
)
def test_an_alarm_counts_within_its_window_only(alarm_s: float, expected: tuple) -> None:
    assert counts(scored([event(20.0)], [Alarm("fight", alarm_s)])) == expected


def test_silence_is_a_miss_and_an_alarm_about_nothing_is_false() -> None:
    assert counts(scored([event(20.0)], [])) == (0, 1, 0)
    assert counts(scored([], [Alarm("fight", 3.0)])) == (0, 0, 1)


def test_a_second_alarm_for_an_event_is_false_and_counted_as_repeated() -> None:
    found = scored([event(20.0)], [Alarm("fight", 20.0), Alarm("fight", 24.0)])
    assert counts(found) == (1, 0, 1)
    assert found.repeated == 1


def test_one_alarm_does_for_one_of_two_events() -> None:
    assert counts(scored([event(20.0), event(24.0)], [Alarm("fight", 25.0)])) == (1, 1, 0)


def test_events_near_in_time_get_an_alarm_each() -> None:
    alarms = [Alarm("fight", 22.5), Alarm("fight", 31.0)]
    assert counts(scored([event(20.0), event(24.0)], alarms)) == (2, 0, 0)


def test_another_kind_or_place_is_no_hit() -> None:
    assert counts(scored([event(20.0)], [Alarm("fire", 20.0)])) == (0, 1, 0)
    assert counts(scored([event(20.0)], [Alarm("fight", 20.0, off_m=4.0)])) == (0, 1, 1)
    assert counts(scored([event(20.0)], [Alarm("fight", 20.0, off_m=2.0)])) == (1, 0, 0)


@given(st.lists(times, max_size=8), st.lists(times, max_size=8))
def test_every_event_and_every_alarm_is_counted_once(at_s: list[float], alarm_s: list) -> None:
    if not at_s and not alarm_s:
        return
    found = scored([event(t) for t in at_s], [Alarm("fight", t) for t in alarm_s])
    assert found.hits + found.misses == len(at_s)
    assert found.hits + found.false_alarms == len(alarm_s)
    low, high = found.f1_interval
    assert 0.0 <= low <= found.f1 + 1e-9 <= high + 2e-9 <= 1.0 + 3e-9


def test_f1_is_the_harmonic_mean() -> None:
    found = Score(hits=8, misses=2, false_alarms=6)
    harmonic = 2 / (1 / found.precision + 1 / found.recall)
    assert found.f1 == pytest.approx(harmonic)


def test_a_faultless_score_of_few_events_is_not_certain() -> None:
    low, high = Score(hits=20).f1_interval
    assert high == pytest.approx(1.0)
    assert 0.85 < low < 0.95
    assert Score(hits=200).f1_interval[0] > low


def test_wilsons_interval_of_known_counts() -> None:
    # Newcombe 1998, table I: 81 of 263, and 0 of 20
    assert wilson(81, 263) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))
    assert wilson(0, 20) == (pytest.approx(0.0), pytest.approx(0.1611, abs=1e-4))
    assert wilson(0, 0) == (0.0, 1.0)


def test_how_late_hits_were() -> None:
    events = [event(20.0 * (i + 1)) for i in range(10)]
    alarms = [Alarm("fight", e.at_s + 0.5 * i) for i, e in enumerate(events)]
    found = scored(events, alarms)
    assert found.late_percentile_s(0.5) == pytest.approx(2.0)
    assert found.late_percentile_s(0.95) == pytest.approx(4.5)
    assert math.isnan(Score().late_percentile_s(0.5))


@given(st.integers(0, 359_999))
def test_a_clock_reads_what_it_writes(tenths: int) -> None:
    assert seconds_of(clock(tenths / 10)) == pytest.approx(tenths / 10)


ROW = {
    "scenario": "seeing/fight/a-0", "incident": "fight", "is_event": True, "duration_s": 20.0,
    "met_s": 6.0, "alarm_s": [4.0, 16.0], "within_m": 3.0,
    "raised": [[7.0, 50.5, 2.0, 0.8]], "raised_off_m": [0.5],
}  # fmt: skip
LOOKALIKE = ROW | {
    "scenario": "seeing/fight/b-0", "is_event": False, "met_s": None, "alarm_s": None,
    "raised": [[3.0, 1.0, 1.0, 0.4]], "raised_off_m": [],
}  # fmt: skip


def write_rows(folder: Path, *rows: dict) -> Path:
    path = folder / "truth.json"
    path.write_text(json.dumps({"scenarios": rows}))
    return path


def test_the_simulators_file_holds_truth_and_alarms(tmp_path: Path) -> None:
    unseen = ROW | {
        "scenario": "seeing/fight/c-0",
        "alarm_s": None,
        "raised": [],
        "raised_off_m": [],
    }
    found = score(read_clips(write_rows(tmp_path, ROW, LOOKALIKE, unseen), None))["fight"]
    assert counts(found) == (1, 0, 1)
    assert found.late_s == [1.0]


def test_alarms_written_as_xml_score_the_same_against_kisas_truth(tmp_path: Path) -> None:
    clips = read_clips(write_rows(tmp_path, ROW, LOOKALIKE), None)
    alarms, truth = tmp_path / "alarms.xml", tmp_path / "truth.xml"
    write_alarms(alarms, clips)
    entry = (
        "<Clip><Header><Filename>{}</Filename><Duration>00:00:20</Duration></Header>"
        "<Alarms>{}</Alarms></Clip>"
    )
    alarm = (
        "<Alarm><StartTime>00:00:{}</StartTime><AlarmDescription>fight</AlarmDescription>"
        "<AlarmDuration>00:00:{}</AlarmDuration></Alarm>"
    )
    for start, length, is_event_time in (("04", "12", False), ("06", "05", True)):
        rows = entry.format(ROW["scenario"], alarm.format(start, length))
        rows += entry.format(LOOKALIKE["scenario"], "")
        truth.write_text(f"<KisaLibraryIndex><Library>{rows}</Library></KisaLibraryIndex>")
        found = score(read_clips(truth, alarms, is_event_time=is_event_time))["fight"]
        assert counts(found) == (1, 0, 1)
        assert found.late_s == [pytest.approx(1.0)]


def test_reads_the_xml_that_the_simulator_writes(tmp_path: Path) -> None:
    row = TruthRow(
        "seeing/fight/a-0", "fight", True, 0, 20.0, {}, ("a",), 4.0, 6.0, 9.0, (4.0, 16.0),
        (50.0, 2.0), 3.0, (), 12.0, "clear", False, 5.0, (),
    )  # fmt: skip
    truth, alarms = tmp_path / "truth.xml", tmp_path / "alarms.xml"
    write_truth(truth, [SimpleNamespace(truth=row)])  # type: ignore[list-item]
    write_alarms(alarms, [Clip(row.scenario, 20.0, (), (Alarm("fight", 15.9),))])
    assert counts(score(read_clips(truth, alarms))["fight"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("t.json", "{}", "not what `sunra simulate suite --truth` writes"),
        ("t.json", "nonsense", "not what `sunra simulate suite --truth` writes"),
        ("t.xml", "<a><b></a>", "no XML"),
        ("t.xml", "<KisaLibraryIndex/>", "no Clip in it"),
        ("t.xml", "<L><Clip/></L>", "clip 1: Header/Filename is missing"),
        (
            "t.xml",
            "<L><Clip><Header><Filename>a</Filename></Header>"
            "<Alarm><StartTime>soon</StartTime></Alarm></Clip></L>",
            "clip 1: StartTime: 'soon' is no time; write hh:mm:ss",
        ),
    ],
)
def test_a_bad_file_is_named_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, says: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    alarms = [str(path)] if name.endswith("xml") else []
    assert main([str(path), *alarms]) == 2
    told = capsys.readouterr().err.strip()
    assert str(path) in told
    assert says in told
    assert "\n" not in told


def test_alarms_about_an_unknown_clip_are_refused(tmp_path: Path) -> None:
    truth, alarms = tmp_path / "truth.xml", tmp_path / "alarms.xml"
    write_alarms(truth, [Clip("a", 10.0)])
    write_alarms(alarms, [Clip("b", 10.0, (), (Alarm("fight", 1.0),))])
    with pytest.raises(ScoringFileError, match="clip 'b' is none of"):
        read_clips(truth, alarms)


def test_the_program_tells_whether_the_target_is_met(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(write_rows(tmp_path, ROW))]) == 0
    assert "F1 of fight: 1, target >= 0.9, met" in capsys.readouterr().out
    assert main([str(write_rows(tmp_path, ROW, LOOKALIKE))]) == 1
