"""Encounters of the safety gate with what lies in its way, without physics."""
