"""One file per provider, found by its module name."""
