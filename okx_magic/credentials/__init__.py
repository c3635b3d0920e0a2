"""Whose requests they are: credentials, where they are found, how they sign, whose account they are."""
