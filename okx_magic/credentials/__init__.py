"""Credentials: where they are found, how they sign, and to which account they belong."""
