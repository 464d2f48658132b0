"""How the search network is trained."""
