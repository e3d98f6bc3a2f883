"""One training, its document and what it means."""
