"""A progress bar for a person who waits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

STEPS = 100


@contextmanager
def progress_bar() -> Iterator[Callable[[str, float], None]]:
    """A function to tell the stage and the share done (0 to 1), shown on a terminal's stderr.

    Where stderr is no terminal nothing is shown: a script gets results and errors alone.
    """
    if not sys.stderr.isatty():
        yield lambda stage, share: None
        return
    with click.progressbar(
        length=STEPS, file=sys.stderr, show_eta=False, item_show_func=lambda stage: stage
    ) as bar:
        yield lambda stage, share: bar.update(max(int(share * STEPS) - bar.pos, 0), stage)
        bar.update(STEPS - bar.pos, "done")
