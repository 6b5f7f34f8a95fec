"""docs/hardware.md: every test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent
DOC = Path(__file__).parents[3] / "docs" / "hardware.md"


def test_every_test_of_the_failure_table_exists() -> None:
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", DOC.read_text(encoding="utf-8"))
    assert len(named) > 15
    for file, name in named:
        assert f"def {name}(" in (TESTS / file).read_text(encoding="utf-8"), f"{file}::{name}"
