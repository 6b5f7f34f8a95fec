"""Localization: where the vehicle is, how sure it is, and when it no longer knows."""
