"""A map as one HTML page that needs nothing else: pan, zoom, layers, details, two languages."""

from __future__ import annotations

import html
import json
import os
import tempfile
from pathlib import Path

from navigation.map_page_data import page_data
from navigation.map_page_panel import PANEL
from navigation.map_page_places import PLACES
from navigation.map_page_script import SCRIPT
from navigation.map_page_style import BODY, STYLE
from patrol.errors import MapError
from patrol.map import PatrolMap

# nothing may be fetched, whatever a name in the map tries
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def map_page(patrol_map: PatrolMap, title: str | None = None) -> str:
    """The page's text; the same map makes the same page."""
    shown = title or patrol_map.name or patrol_map.map_id
    data = json.dumps(page_data(patrol_map, shown), ensure_ascii=False, separators=(",", ":"))
    safe = data.replace("<", "\\u003c")  # no text may end the script element
    return (
        '<!DOCTYPE html>\n<html lang="ko">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(shown)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{BODY}\n"
        f'<script id="data" type="application/json">{safe}</script>\n'
        f"<script>{SCRIPT}{PLACES}{PANEL}</script>\n</body>\n</html>\n"
    )


def write_page(patrol_map: PatrolMap, path: Path, title: str | None = None) -> None:
    """Writes the page whole or not at all; raises MapError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(map_page(patrol_map, title))
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise MapError(f"{path}: cannot be written: {error.strerror}") from None
