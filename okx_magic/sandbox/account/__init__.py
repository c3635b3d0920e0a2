"""An account on the market: orders, fills, positions, ledgers, and the rules before an order."""
