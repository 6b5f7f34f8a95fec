"""Detectors: pictures in, boxes out; every vendor behind one small protocol."""
