"""Talks, lessons, stalls and hand-outs beside the visits: entered by the desk, counted in the figures."""
