"""Cases of missing persons as operators open them, and candidates as vehicles report them."""

from __future__ import annotations

import base64
import io
from typing import Any

import httpx
import numpy as np
from PIL import Image

RED, NAVY = [0.8, 0.1, 0.1], [0.1, 0.1, 0.4]
DAY_S = 86_400.0
SECRET_PLACE = b"37.4832N 126.9301E"
UPRIGHT = {"longitude_deg": 126.9301, "latitude_deg": 37.4802, "map_id": "square"}


def picture_file(
    size: tuple[int, int] = (120, 240), kind: str = "JPEG", noise: bool = False, **exif: int
) -> bytes:
    """A red figure's picture; with a place in its EXIF."""
    picture = Image.new("RGB", size, (200, 30, 30))
    if noise:
        pixels = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), np.uint8)
        picture = Image.fromarray(pixels)
    tags = Image.Exif()
    tags[0x010E] = SECRET_PLACE.decode()
    if "orientation" in exif:
        tags[0x0112] = exif["orientation"]
    out = io.BytesIO()
    picture.save(out, kind, exif=tags)
    return out.getvalue()


def text_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


def body(rig: Any, **changes: Any) -> dict[str, Any]:
    return {
        "reference": "112-2027-0115-0042",
        "description": "분홍 조끼, 지팡이",
        "top_rgb": RED,
        "expires_at": rig.clock.now_s() + 6 * 3600,
        **changes,
    }


async def open_case(client: httpx.AsyncClient, rig: Any, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/person-searches", json=body(rig, **changes))
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()
    return case


async def candidate(
    rig: Any, kit: Any, name: str, case_id: str, score: float, **changes: Any
) -> None:
    details = {"case_id": case_id, "score": score, "rank": 1, "matches": "top"}
    message = kit.make_incident(
        1, incident_id=name, kind="missing_person", severity="high", details=details, **changes
    )
    await rig.take("incident", message)
