"""What may be sent, how often, and what became of it: rails, ledger, retries, look-ups. Sends nothing."""
