"""The fleet server: ingest, dispatch, incidents, store, API, console."""
