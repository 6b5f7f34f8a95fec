"""The last lines of every benchmark: a figure against its target, and the exit status."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the result; a figure of None could not be measured and is missed."""

    name: str
    figure: float | None
    target: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        """Whether the figure is good enough."""
        if self.figure is None:
            return False
        return self.figure <= self.target if self.at_most else self.figure >= self.target

    def __str__(self) -> str:
        figure = "none" if self.figure is None else f"{self.figure:.4g}"
        sign = "<=" if self.at_most else ">="
        verdict = "met" if self.met else "missed"
        return f"{self.name}: {figure}, target {sign} {self.target:g}, {verdict}"


def parser(description: str | None) -> argparse.ArgumentParser:
    """An argument parser that knows `--json FILE`."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--json", type=Path, help="write the figures to this file, too")
    return made


def finish(targets: Sequence[Target], json_file: Path | None) -> int:
    """Print a line for each target, write the file if asked; the exit status."""
    if json_file is not None:
        rows = [
            {"name": t.name, "figure": t.figure, "target": t.target, "at_most": t.at_most,
             "met": t.met}
            for t in targets
        ]  # fmt: skip
        json_file.write_text(json.dumps(rows, indent=1) + "\n")
    for target in targets:
        print(target)
    return 0 if all(t.met for t in targets) else 1
