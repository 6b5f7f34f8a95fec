"""Graphs and named alternatives for the coverage benchmark."""
