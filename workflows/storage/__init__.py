"""Where everything is kept: the database, its server, the folders and files."""
