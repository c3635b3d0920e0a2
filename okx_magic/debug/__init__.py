"""What went wrong and what to do: explanations of OKX's codes."""
