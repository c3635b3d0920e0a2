"""The endpoints: each reads its parameters and answers rows with OKX's documented fields."""
