"""Delivers events to receivers."""
