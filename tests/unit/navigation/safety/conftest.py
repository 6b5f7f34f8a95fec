"""The safety gate that its tests are given; test_gate_mutations.py gives them mutants of it."""

from __future__ import annotations

from typing import Any

import pytest

import navigation.safety.gate


@pytest.fixture
def gate() -> Any:
    return navigation.safety.gate
