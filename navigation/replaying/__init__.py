"""Recordings of a vehicle run anew through the library's stages, and what differs."""
