"""How much a picture shows: fine detail by cell, on a reduced picture without its noise.

A lens that is covered, sprayed or fogged loses detail everywhere at once, whatever its brightness;
darkness, glare and somebody in front leave it in some cells. (Aksay, Temizel and Cetin 2007,
"Camera tamper detection using wavelet analysis for video surveillance": energy of high frequencies
against the background's.)
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.detectors.base import Image

Floats = NDArray[np.float32]
WIDTH_PX, HEIGHT_PX, CELL_PX = 96, 54, 6
CELLS = (WIDTH_PX // CELL_PX) * (HEIGHT_PX // CELL_PX)
DETAIL_LEVELS = 1.5  # a cell with more (rms) shows something; 5 levels of noise come to 0.7
_COARSE_PX, _SEARCH_PX = 12, 3  # cells that are looked for again, and how far they may have gone
_SAME = 0.5  # correlation of a cell that shows the same
_SLOW_PX = 2.0  # sigma: what changes more slowly is light and shade
_BEYOND_PX = 8  # as far as such a Gaussian reaches


def detail_of(grey: Image) -> Floats:
    """A grey picture reduced to (54, 96) without its slow changes, in grey levels."""
    # by halves first, which OpenCV does three times as fast as an odd share at once
    while grey.shape[1] >= 4 * WIDTH_PX and grey.shape[0] >= 4 * HEIGHT_PX:
        half = (grey.shape[1] // 2, grey.shape[0] // 2)
        grey = np.asarray(cv2.resize(grey, half, interpolation=cv2.INTER_AREA), np.uint8)
    reduced = cv2.resize(grey, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA)
    small = reduced.astype(np.float32)
    slow = cv2.GaussianBlur(_carried_on(small), (0, 0), _SLOW_PX)
    return np.asarray(small - slow[_BEYOND_PX:-_BEYOND_PX, _BEYOND_PX:-_BEYOND_PX], np.float32)


def _carried_on(small: Floats) -> Floats:
    """A picture with its slopes going on beyond its edges (reflected there in place and level).

    Merely reflected, a slope ends at the edge: a sharp change that nothing in view has. Light that
    falls in over a hand before the lens, brighter towards one edge, would be detail all along it.
    """
    sides = (_BEYOND_PX,) * 4
    edges = cv2.copyMakeBorder(small, *sides, cv2.BORDER_REPLICATE)
    reflected = cv2.copyMakeBorder(small, *sides, cv2.BORDER_REFLECT_101)
    return np.asarray(2.0 * edges - reflected, np.float32)


def structured_cells(detail: Floats) -> int:
    """How many of the `CELLS` cells show something."""
    rows, columns = HEIGHT_PX // CELL_PX, WIDTH_PX // CELL_PX
    cells = detail.reshape(rows, CELL_PX, columns, CELL_PX)
    return int((np.sqrt((cells**2).mean(axis=(1, 3))) > DETAIL_LEVELS).sum())


def share_found_again(reference: Floats, detail: Floats) -> float | None:
    """The share of a reference's cells that are still where they were, to 3 pixels (2.5 degrees).

    None where either picture shows too little to tell.
    """
    least = 8
    found = total = 0
    for top in range(0, HEIGHT_PX - _COARSE_PX + 1, _COARSE_PX):
        for left in range(0, WIDTH_PX - _COARSE_PX + 1, _COARSE_PX):
            cell = reference[top : top + _COARSE_PX, left : left + _COARSE_PX]
            if float(cell.std()) <= 2 * DETAIL_LEVELS:
                continue
            total += 1
            there = detail[
                max(0, top - _SEARCH_PX) : top + _COARSE_PX + _SEARCH_PX,
                max(0, left - _SEARCH_PX) : left + _COARSE_PX + _SEARCH_PX,
            ]
            if float(there.std()) < 1e-3:
                continue
            found += float(cv2.matchTemplate(there, cell, cv2.TM_CCOEFF_NORMED).max()) >= _SAME
    if total < least or structured_cells(detail) < least:
        return None
    return found / total
