"""Speaks to receivers of webhooks: where that is safe, signed, and bounded in time and size."""
