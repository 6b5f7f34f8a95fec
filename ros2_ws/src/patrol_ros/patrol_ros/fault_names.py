"""Fault names on the wire and `patrol.faults.FaultKind`."""

from __future__ import annotations

from collections.abc import Iterable

from patrol.faults import FaultKind

_BY_NAME = {kind.value: kind for kind in FaultKind}


def names_of(faults: Iterable[FaultKind]) -> list[str]:
    """Sorted names, so that equal sets make equal messages."""
    return sorted(fault.value for fault in faults)


def faults_of(names: Iterable[str]) -> frozenset[FaultKind]:
    """The known faults among names; a newer node's unknown name is passed over."""
    return frozenset(_BY_NAME[name] for name in names if name in _BY_NAME)
