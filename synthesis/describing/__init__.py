"""A look in words, as people would say it."""
