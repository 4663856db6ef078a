"""Defects that others have had, made on purpose: each must be found by a test.

``python -m tests.defects`` makes one after the other in a copy and runs the tests that should find
it; names given as arguments choose some.
"""
