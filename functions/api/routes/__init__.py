"""One module per resource: parse, call one service, answer."""
