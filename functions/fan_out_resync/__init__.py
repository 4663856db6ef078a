"""Plans the partitions of a long sync."""
