"""Papers for the round: walk lists, blank and filled forms, the slip that is left at a door."""
