"""A paper round typed back: one line a door, checked as it is typed, stored line by line."""
