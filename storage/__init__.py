"""What is kept: the sighting index, the media and the ledger; knows no model."""
