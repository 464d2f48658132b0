"""The field's data sets: read, checked, kept at the network's size."""
