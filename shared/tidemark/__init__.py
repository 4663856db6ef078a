"""Tidemark: keeps a person's financial accounts in step with one ledger."""
