"""The life of what changes something: its id, the rules, the ledger, sending, look-up, outcome, kill."""
