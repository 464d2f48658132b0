"""ACSA: asymmetric cross-scale alignment of pictures of people with descriptions of them."""
