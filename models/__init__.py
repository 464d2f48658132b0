"""The networks: ACSA, detector and tracker, their training and evaluation; numpy at the border."""
