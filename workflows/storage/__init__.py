"""Storage: the database, its server, folders and files."""
