"""An operator's description of somebody, with what can be read off the pictures of a search.

Colours that are not described are read off the first picture that shows the whole figure; every
picture gives an embedding. A picture that says it is larger than `MOST_PIXELS` is not decoded.
"""

from __future__ import annotations

import logging
import struct
from dataclasses import dataclass

import cv2
import numpy as np

from patrol.errors import ModelError
from patrol.person_search import PersonSearch, Rgb
from perception.appearance import Vector, read_colours
from perception.detectors.base import Embedder, Image, PoseDetector

_LOG = logging.getLogger(__name__)
MOST_PIXELS = 4_000_000
LEAST_SIDE_PX = 16
_AROUND = 1.2  # a skeleton is found best with some air around it
PICTURE_DOUBT = 0.3  # the light of a family's picture is not known
_FRAME_STARTS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG, ITU-T T.81 table B.1


@dataclass(frozen=True, slots=True)
class Description:
    """Whom to look for: colours described or read off pictures, and the pictures' embeddings."""

    top_rgb: Rgb | None
    trousers_rgb: Rgb | None
    embeddings: tuple[Vector, ...] = ()
    top_doubt: float = 0.0  # one sigma of the logarithm of its brightness
    trousers_doubt: float = 0.0

    @property
    def has_colours(self) -> bool:
        """Whether clothes can be compared at all."""
        return self.top_rgb is not None or self.trousers_rgb is not None


def description_of(
    search: PersonSearch, pose: PoseDetector | None, embedder: Embedder | None
) -> Description:
    """What a search says, its pictures included; one that cannot be read is logged, left out."""
    top, trousers = search.top_rgb, search.trousers_rgb
    doubts = [0.0 if rgb is not None else PICTURE_DOUBT for rgb in (top, trousers)]
    embeddings: list[Vector] = []
    for number, data in enumerate(search.pictures, 1):
        image = decoded(data)
        if image is None:
            _LOG.warning("person_search_picture_unread case=%s picture=%d", search.case_id, number)
            continue
        if top is None or trousers is None:
            seen = _colours(image, pose)
            top, trousers = top or seen[0], trousers or seen[1]
        try:
            if embedder is not None:
                embeddings.append(embedder.embed(image))
        except ModelError as error:
            _LOG.error("person_search_without_embedding case=%s %s", search.case_id, error)
            embedder = None
    described = Description(top, trousers, tuple(embeddings), *doubts)
    if not described.has_colours:
        _LOG.warning("person_search_without_colours case=%s", search.case_id)
    return described


def decoded(data: bytes) -> Image | None:
    """A JPEG or PNG picture (h, w, 3) BGR; None for one that is broken, tiny or too large."""
    size = _size_of(data)
    if size is None or min(size) < LEAST_SIDE_PX or size[0] * size[1] > MOST_PIXELS:
        return None
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if image is None else np.asarray(image, np.uint8)


def _size_of(data: bytes) -> tuple[int, int] | None:
    """(width, height) by the file's own head, before anything is unpacked."""
    try:
        if data.startswith(b"\x89PNG"):
            width, height = struct.unpack_from(">II", data, 16)
            return width, height
        offset = 2
        while True:
            marker, length = struct.unpack_from(">xBH", data, offset)
            if marker in _FRAME_STARTS:
                height, width = struct.unpack_from(">HH", data, offset + 5)
                return width, height
            offset += 2 + length
    except struct.error:
        return None


def _colours(image: Image, pose: PoseDetector | None) -> tuple[Rgb | None, Rgb | None]:
    """Of the figure in a picture, by its skeleton: where else its clothes are is not known."""
    if pose is None:
        return None, None
    height, width = image.shape[:2]
    side = round(_AROUND * max(height, width))
    down, right = (side - height) // 2, (side - width) // 2
    edges = (down, side - height - down, right, side - width - right)
    square = np.asarray(cv2.copyMakeBorder(image, *edges, cv2.BORDER_REPLICATE), np.uint8)
    skeletons = pose.skeletons(square)
    if not skeletons:
        return None, None
    box = np.array((right, down, right + width, down + height), np.float64)
    reading = read_colours(square, box, skeletons[0])
    if not reading.by_skeleton:
        return None, None
    top, trousers = reading.top, reading.trousers
    return top.rgb if top else None, trousers.rgb if trousers else None
