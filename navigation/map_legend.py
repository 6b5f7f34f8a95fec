"""The strip below a picture of a map: legend, scale bar, north arrow. It covers nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from navigation.map_style import INK

COLUMN_IN, ROW_IN = 1.55, 0.19
MARGIN_IN = 0.12
SCALE_IN = 2.6  # room for the scale bar and the arrow


def strip_height_in(entries: int, width_in: float) -> float:
    """Inches that the strip needs for a number of legend entries."""
    return max(math.ceil(entries / _columns(width_in)) * ROW_IN + 2 * MARGIN_IN, 0.55)


def draw_strip(
    figure: Any, legend: Mapping[str, Any], height_in: float, inches_per_m: float, font: str | None
) -> None:
    """Fills the lowest `height_in` inches of a figure; `legend` is text → matplotlib handle."""
    width_in, total_in = figure.get_size_inches()
    axes = figure.add_axes((0.0, 0.0, 1.0, height_in / total_in))
    axes.set_xlim(0, width_in)
    axes.set_ylim(0, height_in)
    axes.set_axis_off()
    if legend:
        axes.legend(
            legend.values(), legend.keys(), loc="upper left", fontsize=8, frameon=False,
            ncols=_columns(width_in), borderaxespad=0.0, borderpad=0.0, labelspacing=0.45,
            handlelength=1.8, columnspacing=1.4, prop={"family": font, "size": 8},
            bbox_to_anchor=(0.17, height_in - MARGIN_IN), bbox_transform=axes.transData,
        )  # fmt: skip
    _scale_bar(axes, width_in - 0.55, height_in - 0.3, inches_per_m)
    axes.annotate(
        "N", xy=(width_in - 0.28, height_in - 0.06), xytext=(width_in - 0.28, height_in - 0.36),
        ha="center", va="top", fontsize=10, color=INK,
        arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.6, "mutation_scale": 14},
    )  # fmt: skip


def _columns(width_in: float) -> int:
    return max(1, int((width_in - SCALE_IN) / COLUMN_IN))


def _scale_bar(axes: Any, right_in: float, y_in: float, inches_per_m: float) -> None:
    """A bar of 1, 2 or 5 times a power of ten metres, half dark, half white."""
    most_m = (SCALE_IN - 0.9) / inches_per_m
    step = 10 ** math.floor(math.log10(most_m))
    bar_m = max(k * step for k in (1, 2, 5) if k * step <= most_m)
    size_in = bar_m * inches_per_m
    left_in = right_in - size_in
    axes.plot([left_in, right_in], [y_in, y_in], color=INK, linewidth=6.5, solid_capstyle="butt")
    axes.plot(
        [left_in + size_in / 2, right_in - 0.01], [y_in, y_in], color="white", linewidth=4.5,
        solid_capstyle="butt",
    )  # fmt: skip
    label = f"{bar_m:g} m" if bar_m < 1000 else f"{bar_m / 1000:g} km"
    axes.text(right_in, y_in + 0.07, label, ha="right", va="bottom", fontsize=8.5, color=INK)
