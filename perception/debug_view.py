"""The debug picture: what was seen, drawn on the blurred picture; for a developer's screen."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2

from perception.detectors.base import Detections, Image
from perception.rules.base import Finding
from perception.types import TrackView

_BOX_BGR, _TRACK_BGR, _FINDING_BGR = (150, 150, 150), (80, 190, 60), (36, 36, 230)
_FONT, _SCALE = cv2.FONT_HERSHEY_SIMPLEX, 0.4


def debug_picture(
    blurred: Image,
    stamp_s: float,
    found: Detections,
    tracks: Sequence[TrackView],
    findings: Sequence[Finding],
) -> Image:
    """A copy (height, width, 3) BGR with boxes in grey, tracks in green, what holds in red.

    A track that the picture of `stamp_s` does not show is not drawn.
    """
    out = blurred.copy()
    for index, box in enumerate(found.boxes_xyxy.tolist()):
        _draw(out, box, _BOX_BGR, f"{found.label(index)} {found.scores[index]:.2f}", below=True)
    for track in tracks:
        if track.last_seen_s == stamp_s:
            text = f"#{track.track_id} {track.x_m:.1f} {track.y_m:.1f}"
            text = f"{text} +-{track.position_sigma_m:.1f} m{' warm' if track.by_warmth else ''}"
            _draw(out, track.box_xyxy, _TRACK_BGR, text)
    for finding in findings:
        if finding.box_xyxy is not None:
            _draw(out, finding.box_xyxy.tolist(), _FINDING_BGR, finding.kind.value)
    return out


def _draw(
    picture: Image,
    box: Sequence[float],
    colour_bgr: tuple[int, int, int],
    text: str,
    *,
    below: bool = False,
) -> None:
    if not all(map(math.isfinite, box)):
        return
    x1, y1, x2, y2 = map(round, box)
    cv2.rectangle(picture, (x1, y1), (x2, y2), colour_bgr, 1)
    at = (x1, y2 + 12 if below else y1 - 4)
    cv2.putText(picture, text, at, _FONT, _SCALE, colour_bgr, 1, cv2.LINE_AA)
