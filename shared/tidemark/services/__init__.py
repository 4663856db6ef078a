"""One module per use case, over the domain's ports."""
