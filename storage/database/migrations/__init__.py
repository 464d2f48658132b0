"""The steps from one shape of the database to the next, in `versions`; `migrate` takes them."""
