"""Text messages to customers."""
