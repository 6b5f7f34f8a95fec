"""What a killed process left: torn segments are read as far as they go and written whole.

MCAP is a row of records, and a chunk is a record with a checksum of its own, so everything up to
the last whole chunk comes back (https://mcap.dev/spec).
"""

from __future__ import annotations

import logging
from pathlib import Path

from mcap.records import Channel, Message, Schema
from mcap.stream_reader import StreamReader
from mcap.writer import Writer

from fleet_client.black_box.segment import PART, sequence_of
from fleet_client.black_box.segment_file import writer_to

log = logging.getLogger(__name__)
TEMPORARY = ".rescue"


def recover(folder: Path) -> list[Path]:
    """Make every torn segment of a folder whole; gives the files that came of it.

    One that holds no message is deleted. Raises OSError where the disk refuses; what is torn then
    stays as it was.
    """
    for left in folder.glob(f"*{TEMPORARY}"):
        left.unlink()
    found = []
    for part in sorted(folder.glob(f"*{PART}")):
        if sequence_of(part.name) is None:
            continue
        whole = part.with_name(part.name.removesuffix(PART))
        messages = _rescue(part, whole)
        log.info("segment_recovered file=%s messages=%d", whole.name, messages)
        if messages:
            found.append(whole)
    return found


def _rescue(part: Path, whole: Path) -> int:
    """Copy what is readable, then replace; gives the number of messages."""
    temporary = whole.with_name(whole.name + TEMPORARY)
    try:
        with part.open("rb") as source, temporary.open("wb") as target:
            writer = writer_to(target)
            messages = _copy(StreamReader(source, validate_crcs=True), writer)
            writer.finish()
        if messages:
            temporary.replace(whole)
        part.unlink()
    finally:
        temporary.unlink(missing_ok=True)
    return messages


def _copy(reader: StreamReader, writer: Writer) -> int:
    schemas: dict[int, int] = {}
    channels: dict[int, int] = {}
    messages = 0
    try:
        for record in reader.records:
            if isinstance(record, Schema):
                if record.id not in schemas:
                    schemas[record.id] = writer.register_schema(
                        record.name, record.encoding, record.data
                    )
            elif isinstance(record, Channel):
                if record.id not in channels:
                    channels[record.id] = writer.register_channel(
                        record.topic, record.message_encoding, schemas[record.schema_id]
                    )
            elif isinstance(record, Message):
                writer.add_message(
                    channels[record.channel_id], record.log_time, record.data,
                    record.publish_time, record.sequence,
                )  # fmt: skip
                messages += 1
    except OSError:
        raise
    except Exception as error:  # what is torn or damaged raises whatever its parser trips over
        log.info("segment_torn after=%d reason=%r", messages, str(error) or type(error).__name__)
    return messages
