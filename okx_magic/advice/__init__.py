"""What went wrong and what to do: OKX's codes and endpoints explained, requests checked."""
