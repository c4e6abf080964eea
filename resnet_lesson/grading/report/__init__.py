"""A verdict in words: as text, as HTML, and as statistics of a class."""
