"""Runs an attempt and records what it builds and computes as plain data."""
