"""What a user types: one module for each group of commands, and how answers are shown."""
