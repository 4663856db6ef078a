"""Ticks: fires the schedule, and gives every run that lost its driver a new one."""
