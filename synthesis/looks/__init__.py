"""What people look like, and how often."""
