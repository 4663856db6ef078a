"""The ledger beside a small model of it: what the source shows, and what the owner did."""
