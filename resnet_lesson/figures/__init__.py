"""The lesson's pictures: diagrams drawn from the graphs of the reference code, and charts."""
