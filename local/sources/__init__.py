"""Sources on this machine: what the demo and the tests read instead of the real providers."""
