"""What the user sees: receipts, explanations and prompts, each as text and as HTML."""
