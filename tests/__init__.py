"""Tests, in folders named like the floors that they test."""
