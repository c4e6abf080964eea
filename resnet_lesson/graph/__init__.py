"""A Keras model as a graph: its operations, tracing, the places in it, and what it costs."""
