"""The ledger: cameras, chunks of footage, what they brought."""
