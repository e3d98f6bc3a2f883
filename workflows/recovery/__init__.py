"""What is lost or failed, found and run again."""
