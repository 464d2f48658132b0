"""The networks: ACSA, the person detector, the tracker, their training and evaluation; numpy at the border."""
