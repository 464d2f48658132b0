"""A question is a sentence: what it says of the person, the time and the place, and what it may not ask."""
