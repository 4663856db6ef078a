"""Files of transactions: the template, reading what people fill in, and writing exports."""
