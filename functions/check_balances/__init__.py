"""Compares synced and calculated balances."""
