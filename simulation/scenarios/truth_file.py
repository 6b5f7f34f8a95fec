"""Truth files: the labels of seeing scenarios as the event scorer reads them, JSON or XML.

The XML follows the files of KISA's test of intelligent CCTV (after i-LIDS): for each clip the
time from which an alarm is right, its length, what it is about. A look-alike is a clip without.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

from patrol.errors import ConfigError
from simulation.scenarios.outcome import Outcome
from simulation.scenarios.scene_truth import TruthRow

SUFFIXES = (".json", ".xml")


def check_truth_path(path: Path) -> None:
    """Raises ConfigError for a file that is neither JSON nor XML."""
    if path.suffix not in SUFFIXES:
        raise ConfigError(f"{path}: a truth file ends in {' or '.join(SUFFIXES)}")


def write_truth(path: Path, outcomes: Iterable[Outcome]) -> int:
    """Write the labels of all outcomes that have one; how many. Raises ConfigError."""
    check_truth_path(path)
    rows = [outcome.truth for outcome in outcomes if outcome.truth is not None]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".json":
            path.write_text(_json(rows), encoding="utf-8")
        else:
            tree = ElementTree.ElementTree(_xml(rows))
            ElementTree.indent(tree)
            tree.write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    return len(rows)


def _json(rows: Sequence[TruthRow]) -> str:
    return json.dumps({"scenarios": [asdict(row) for row in rows]}, indent=1) + "\n"


def _xml(rows: Sequence[TruthRow]) -> ElementTree.Element:
    root = ElementTree.Element("KisaLibraryIndex")
    library = ElementTree.SubElement(root, "Library")
    for row in rows:
        clip = ElementTree.SubElement(library, "Clip")
        header = ElementTree.SubElement(clip, "Header")
        for tag, text in (
            ("Filename", row.scenario),
            ("Duration", _clock(row.duration_s)),
            ("AlarmEvents", str(int(row.alarm_s is not None))),
            ("TimeOfDay", "Night" if row.is_dark else "Day"),
            ("Weather", row.weather),
        ):
            ElementTree.SubElement(header, tag).text = text
        alarms = ElementTree.SubElement(clip, "Alarms")
        if row.alarm_s is not None:
            alarm = ElementTree.SubElement(alarms, "Alarm")
            begin_s, end_s = row.alarm_s
            for tag, text in (
                ("StartTime", _clock(begin_s)),
                ("AlarmDescription", row.incident),
                ("AlarmDuration", _clock(end_s - begin_s)),
            ):
                ElementTree.SubElement(alarm, tag).text = text
    return root


def _clock(seconds: float) -> str:
    """hh:mm:ss.s"""
    tenths = round(seconds * 10)
    return f"{tenths // 36000:02d}:{tenths // 600 % 60:02d}:{tenths % 600 / 10:04.1f}"
