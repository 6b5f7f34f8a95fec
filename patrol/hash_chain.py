"""Hash chains: each record holds the hash of the one before, so that a change breaks what follows.

A chain proves order and integrity of what one machine kept, not who wrote it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

GENESIS = "0" * 64  # what the first record has as `previous`


def record_hash(record: dict[str, Any]) -> str:
    """SHA-256 (hexadecimal) over a record's canonical JSON without its own `hash`."""
    body = {key: value for key, value in record.items() if key != "hash"}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
