"""Runs the code of submissions in confined processes."""
