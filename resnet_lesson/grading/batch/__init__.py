"""Grades a whole class: the command, the grader, its journal, and files for course systems."""
