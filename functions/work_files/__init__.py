"""Works on files and imports."""
