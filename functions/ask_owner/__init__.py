"""Waits for owners: keeps what wakes the execution that waits."""
