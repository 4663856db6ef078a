"""What connectors are made of."""
