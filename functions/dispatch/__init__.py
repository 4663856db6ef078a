"""Gives every run that lost its driver a new one."""
