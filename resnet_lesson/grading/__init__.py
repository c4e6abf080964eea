"""Judging an attempt: observe what the learner's code builds, judge it, report."""
