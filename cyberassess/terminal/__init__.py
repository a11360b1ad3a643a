"""How a command runs and ends, and what all steps say in the terminal."""
