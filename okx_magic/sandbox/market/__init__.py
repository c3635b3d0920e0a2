"""The one market: instruments, prices of a seeded process, bars, funding, position tiers."""
