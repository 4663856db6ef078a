"""Brings a sync to its end."""
