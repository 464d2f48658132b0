"""What is looked after beside the three verbs: duties of the night, re-indexing, erasure."""
