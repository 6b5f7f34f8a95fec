"""Street files of others (OpenStreetMap, OSMnx GraphML) into patrol maps; docs/map-import.md."""
