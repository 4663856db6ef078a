"""What Tidemark is about, in plain Python: no AWS, no HTTP, no database."""
