"""Truth and alarms from files: the simulator's JSON, and XML as KISA's test has it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.perception.scoring import EARLY_S, LATE_S, Alarm, Clip, TrueEvent

_CLOCK = re.compile(r"(\d+):([0-5]?\d):([0-5]?\d(?:\.\d+)?)$")


class ScoringFileError(Exception):
    """A file that cannot be read: one line with its name, the place and what would be right."""


def read_clips(truth: Path, alarms: Path | None, *, is_event_time: bool = False) -> list[Clip]:
    """Clips of a truth file with the alarms of another (JSON holds both).

    `is_event_time`: an XML StartTime is the event itself, and the window is [-2 s, +10 s] around
    it; else StartTime and AlarmDuration are the window, as the simulator writes it. Raises
    ScoringFileError.
    """
    if truth.suffix == ".json":
        if alarms is not None:
            raise ScoringFileError(f"{alarms}: {truth} holds the alarms already; leave it out")
        return _clips_of_json(truth)
    if alarms is None:
        raise ScoringFileError(f"{truth}: XML holds no alarms; give a file of them, too")
    raised = {
        name: tuple(Alarm(kind, at_s) for kind, at_s, _ in rows)
        for name, _, rows in _clips_of_xml(alarms)
    }
    clips = []
    for name, duration_s, rows in _clips_of_xml(truth):
        events = tuple(_event(*row, is_event_time=is_event_time) for row in rows)
        clips.append(Clip(name, duration_s, events, raised.pop(name, ())))
    if raised:
        raise ScoringFileError(f"{alarms}: clip {min(raised)!r} is none of {truth}")
    return clips


def write_alarms(path: Path, clips: Iterable[Clip]) -> None:
    """What was raised, as KISA's XML. Raises ScoringFileError."""
    root = ElementTree.Element("KisaLibraryIndex")
    library = ElementTree.SubElement(root, "Library")
    for clip in clips:
        entry = ElementTree.SubElement(library, "Clip")
        header = ElementTree.SubElement(entry, "Header")
        _texts(
            header,
            Filename=clip.name,
            Duration=clock(clip.duration_s),
            AlarmEvents=str(len(clip.alarms)),
        )
        alarms = ElementTree.SubElement(entry, "Alarms")
        for alarm in clip.alarms:
            _texts(
                ElementTree.SubElement(alarms, "Alarm"),
                StartTime=clock(alarm.at_s),
                AlarmDescription=alarm.kind,
                AlarmDuration=clock(0.0),
            )
    tree = ElementTree.ElementTree(root)
    ElementTree.indent(tree)
    try:
        tree.write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise ScoringFileError(f"{path}: cannot be written: {error.strerror}") from None


def clock(seconds: float) -> str:
    """hh:mm:ss.s, to a tenth."""
    tenths = round(seconds * 10)
    return f"{tenths // 36000:02d}:{tenths // 600 % 60:02d}:{tenths % 600 / 10:04.1f}"


def seconds_of(text: str) -> float:
    """The seconds of hh:mm:ss, with or without a fraction; raises ValueError."""
    match = _CLOCK.match(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no time; write hh:mm:ss")
    hours, minutes, seconds = match.groups()
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


def _event(kind: str, start_s: float, length_s: float, *, is_event_time: bool) -> TrueEvent:
    if is_event_time:
        return TrueEvent(kind, start_s, (start_s - EARLY_S, start_s + LATE_S))
    return TrueEvent(kind, start_s + EARLY_S, (start_s, start_s + length_s))


def _clips_of_json(path: Path) -> list[Clip]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["scenarios"]
        return [_clip_of_row(row) for row in rows]
    except OSError as error:
        raise ScoringFileError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ScoringFileError(
            f"{path}: not what `sunra simulate suite --truth` writes: {error!r}"
        ) from None


def _clip_of_row(row: Mapping[str, Any]) -> Clip:
    kind = row["incident"]
    events: tuple[TrueEvent, ...] = ()
    if row["is_event"] and row["alarm_s"] is not None:  # else nobody could see it
        begin_s, end_s = row["alarm_s"]
        events = (TrueEvent(kind, row["met_s"], (begin_s, end_s), row["within_m"]),)
    off_m = row["raised_off_m"] or [0.0] * len(row["raised"])
    alarms = tuple(
        Alarm(kind, entry[0], away) for entry, away in zip(row["raised"], off_m, strict=True)
    )
    return Clip(row["scenario"], row["duration_s"], events, alarms)


def _clips_of_xml(path: Path) -> list[tuple[str, float, list[tuple[str, float, float]]]]:
    """(name, seconds, alarms as (kind, start, length)) of every clip; names differ."""
    try:
        root = ElementTree.parse(path).getroot()
    except OSError as error:
        raise ScoringFileError(f"{path}: cannot be read: {error.strerror}") from None
    except ElementTree.ParseError as error:
        raise ScoringFileError(f"{path}: no XML: {error}") from None
    clips = []
    for number, clip in enumerate(root.iter("Clip"), 1):
        name = (clip.findtext("Header/Filename") or "").strip()
        where = f"{path}: clip {number}"
        if not name:
            raise ScoringFileError(f"{where}: Header/Filename is missing")
        if any(name == known for known, _, _ in clips):
            raise ScoringFileError(f"{where}: Filename {name!r} stands twice")
        rows = [
            (
                (alarm.findtext("AlarmDescription") or "").strip(),
                _time(alarm, "StartTime", where),
                _time(alarm, "AlarmDuration", where, 0.0),
            )
            for alarm in clip.iter("Alarm")
        ]
        if not all(kind for kind, _, _ in rows):
            raise ScoringFileError(f"{where}: an alarm has no AlarmDescription")
        clips.append((name, _time(clip, "Header/Duration", where, math.nan), rows))
    if not clips:
        raise ScoringFileError(f"{path}: no Clip in it; expected KisaLibraryIndex/Library/Clip")
    return clips


def _time(
    parent: ElementTree.Element, tag: str, where: str, missing: float | None = None
) -> float:
    text = parent.findtext(tag)
    if text is None and missing is not None:
        return missing
    try:
        return seconds_of(text or "")
    except ValueError as error:
        raise ScoringFileError(f"{where}: {tag}: {error}") from None


def _texts(parent: ElementTree.Element, **texts: str) -> None:
    for tag, text in texts.items():
        ElementTree.SubElement(parent, tag).text = text
