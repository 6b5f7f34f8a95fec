"""GraphML's XML into plain dictionaries, read in one pass and in safety.

The parser is expat with no resolver for external entities, so it opens no other file, and any
document type declaration is refused, so there are no entities to expand; what a compressed file
unpacks to is limited.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast
from xml.parsers import expat

from navigation.planning.importing.source import Progress
from patrol.errors import OsmError

MAX_BYTES = 1_000_000_000
CHUNK_BYTES = 1 << 18
GZIP_FACTOR = 12  # how much a street graph unpacks to; only the progress bar asks


@dataclass(frozen=True, slots=True)
class RawEdge:
    """An edge with its values by attribute name."""

    source: str
    target: str
    values: dict[str, str]


@dataclass
class RawGraph:
    """A graph as the file has it, all values text."""

    attributes: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: list[RawEdge] = field(default_factory=list)


def parse_graphml(path: Path, progress: Progress) -> RawGraph:
    """The file's one graph; raises OsmError."""
    handler = _Handler(path)
    try:
        packed = path.name.lower().endswith(".gz")
        with gzip.open(path) if packed else path.open("rb") as stream:
            _feed(handler, cast(BinaryIO, stream), path, progress)
    except expat.ExpatError as error:
        raise OsmError(f"{path}: is no whole XML, perhaps cut off: {error}") from None
    except (OSError, EOFError, zlib.error) as error:
        reason = str(error) or type(error).__name__
        raise OsmError(f"{path}: cannot be read, perhaps cut off: {reason}") from None
    if not handler.is_graphml:
        raise OsmError(f"{path}: is no GraphML")
    return handler.graph


def _feed(handler: _Handler, stream: BinaryIO, path: Path, progress: Progress) -> None:
    expected = path.stat().st_size * (GZIP_FACTOR if path.name.lower().endswith(".gz") else 1)
    done = 0
    while chunk := stream.read(CHUNK_BYTES):
        done += len(chunk)
        if done > MAX_BYTES:
            raise OsmError(f"{path}: unpacks to more than {MAX_BYTES // 10**6} MB")
        handler.parser.Parse(chunk)
        progress("reading", min(done / expected, 1.0))
    handler.parser.Parse(b"", True)


class _Handler:
    """Builds the graph from expat's calls."""

    def __init__(self, path: Path) -> None:
        self.graph = RawGraph()
        self.is_graphml = False
        self._path = path
        self._names: dict[str, str] = {}  # key id → attribute name
        self._values: dict[str, str] | None = None  # of the graph, node or edge that is open
        self._key: str | None = None
        self._text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _refuse(self, *declaration: object) -> None:
        raise OsmError(f"{self._path}: has a document type declaration, which GraphML needs not")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        try:
            self._open(tag, attributes)
        except KeyError as error:
            line = self.parser.CurrentLineNumber
            raise OsmError(f"{self._path}: line {line}: {tag} has no {error}") from None

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "data":
            key = attributes["key"]
            self._key, self._text = self._names.get(key, key), []
        elif tag == "node":
            self._values = self.graph.nodes.setdefault(attributes["id"], {})
        elif tag == "edge":
            self._values = {}
            edge = RawEdge(attributes["source"], attributes["target"], self._values)
            self.graph.edges.append(edge)
        elif tag == "key":
            self._names[attributes["id"]] = attributes.get("attr.name", attributes["id"])
        elif tag == "graph":
            self._values = self.graph.attributes
        elif tag == "graphml":
            self.is_graphml = True

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "data" and self._key is not None:
            if self._values is not None:
                self._values[self._key] = "".join(self._text).strip()
            self._key = None
        elif tag in ("node", "edge"):
            self._values = None

    def _characters(self, text: str) -> None:
        if self._key is not None:
            self._text.append(text)
