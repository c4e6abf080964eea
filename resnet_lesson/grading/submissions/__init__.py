"""Finds and reads what was handed in."""
