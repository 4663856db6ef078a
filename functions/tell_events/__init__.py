"""Tells what changed in the tables."""
