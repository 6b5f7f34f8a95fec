"""Scenarios: files that a person writes, checked, run to a verdict, and told about."""
