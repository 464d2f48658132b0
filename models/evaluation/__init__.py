"""How the search network is measured."""
