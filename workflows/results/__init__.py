"""Result documents, and questions to them."""
