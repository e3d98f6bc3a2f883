"""Result documents, and queries on them."""
