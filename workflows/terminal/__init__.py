"""Tables, text and progress in the terminal."""
