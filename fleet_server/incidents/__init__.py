"""Incidents: what vehicles report and what operators decide."""
