"""`./run bench`: what the house takes, each beside the bare database or the plain library in the same run."""
