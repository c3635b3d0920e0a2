"""What the user sees: receipts, explanations and prompts as text and as HTML, and completion."""
