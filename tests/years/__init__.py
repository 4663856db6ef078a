"""Years of schedules, played in seconds and compared with what the promise says."""
