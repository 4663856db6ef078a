"""Reads one partition of a long sync, one step at a time."""
