"""Toy handlers for tests of the local server."""
