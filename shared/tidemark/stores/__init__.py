"""The DynamoDB stores: one module per table."""
