"""Anomaly rules: one file per kind, one small interface, one registry."""
