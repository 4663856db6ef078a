"""Syncs integrations from the queue."""
