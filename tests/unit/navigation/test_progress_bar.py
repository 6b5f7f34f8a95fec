"""The bar is for people at a terminal."""

from __future__ import annotations

import io
import sys

import pytest

from navigation.progress_bar import progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_the_stage_and_the_share(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress_bar() as progress:
        progress("reading", 0.4)
        progress("contracting", 0.8)
    shown = terminal.getvalue()
    assert "40%  reading" in shown
    assert "80%  contracting" in shown
    assert "100%" in shown


def test_a_script_sees_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress_bar() as progress:
        progress("reading", 0.4)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_an_error_leaves_the_bar_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    bar = progress_bar()
    bar.__enter__()("reading", 0.4)
    error = ValueError("broken")
    assert not bar.__exit__(ValueError, error, None)
    assert terminal.getvalue().endswith("\n")
    assert "100%" not in terminal.getvalue()
