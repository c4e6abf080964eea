"""Compares an observation of an attempt with one of the reference implementation."""
