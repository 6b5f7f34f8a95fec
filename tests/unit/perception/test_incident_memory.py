"""Open incidents survive a killed perception."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from patrol.incident import AnomalyKind, IncidentPhase
from perception.incidents import IncidentBook, IncidentConfig
from perception.rules.base import Finding


def finding(x_m: float = 10.0, cleared: bool = False) -> Finding:
    return Finding(
        kind=AnomalyKind.COLLAPSED_PERSON,
        key=1,
        x_m=x_m,
        y_m=5.0,
        position_sigma_m=0.3,
        confidence=0.8,
        started_at_s=95.0,
        rule_version="test/1",
        details={"lying_s": 2.5},
        box_xyxy=np.array([1.0, 2.0, 3.0, 4.0]),
        cleared=cleared,
    )


def book(path: Path, map_id: str = "sillim") -> IncidentBook:
    return IncidentBook(IncidentConfig(), map_id, memory=path)


def test_a_killed_perception_goes_on_with_the_same_incident(tmp_path: Path) -> None:
    path = tmp_path / "evidence" / "incidents.json"
    [(opened, _)] = book(path).step([finding()], 100.0)
    [(updated, _)] = book(path).step([finding(11.0)], 115.0)
    assert updated.phase is IncidentPhase.UPDATED
    assert (updated.incident_id, updated.revision) == (opened.incident_id, 2)
    assert updated.details == {"lying_s": 2.5}
    assert list(path.parent.iterdir()) == [path]


def test_what_was_closed_or_is_long_ago_or_on_another_map_is_new_again(tmp_path: Path) -> None:
    path = tmp_path / "incidents.json"
    [(first, _)] = book(path).step([finding()], 100.0)
    [(late, _)] = book(path).step([finding()], 100.0 + 1801.0)
    assert late.phase is IncidentPhase.OPENED
    assert late.incident_id != first.incident_id
    [(elsewhere, _)] = book(path, "helsinki").step([finding()], 1902.0)
    assert elsewhere.phase is IncidentPhase.OPENED
    book(path, "helsinki").step([finding(cleared=True)], 1903.0)
    [(again, _)] = book(path, "helsinki").step([finding()], 1904.0)
    assert again.phase is IncidentPhase.OPENED


@pytest.mark.parametrize("content", [b"", b"{", b'[{"incident": 1}]'])
def test_a_broken_memory_is_said_and_begun_anew(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "incidents.json"
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        [(opened, _)] = book(path).step([finding()], 100.0)
    assert opened.phase is IncidentPhase.OPENED
    assert "incident_memory_unreadable" in caplog.text


def test_a_disk_that_refuses_stops_no_incident(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    [(opened, _)] = book(blocked / "incidents.json").step([finding()], 100.0)
    assert opened.phase is IncidentPhase.OPENED
    assert "incident_memory_not_kept" in caplog.text
