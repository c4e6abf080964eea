"""For maintainers: learners' notebooks from solved ones, and new exercises."""
