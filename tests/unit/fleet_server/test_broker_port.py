"""Which port the embedded broker takes."""

from __future__ import annotations

import socket
from pathlib import Path

from fleet_server.broker import choose_port

HOST = "127.0.0.1"


def test_any_port_is_the_same_one_next_time(tmp_path: Path) -> None:
    first = choose_port(tmp_path, HOST, 0)
    assert choose_port(tmp_path, HOST, 0) == first


def test_any_port_is_another_when_somebody_has_taken_the_remembered_one(tmp_path: Path) -> None:
    with socket.socket() as somebody:
        somebody.bind((HOST, 0))
        somebody.listen()
        taken = somebody.getsockname()[1]
        assert choose_port(tmp_path, HOST, taken) == taken  # enrolment: as configured
        free = choose_port(tmp_path, HOST, 0)
        assert free != taken
        assert choose_port(tmp_path, HOST, 0) == free
