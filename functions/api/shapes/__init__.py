"""What goes over the wire: one model per request and per response."""
