"""The pictures: diagrams of the graphs of the reference implementations, and charts."""
