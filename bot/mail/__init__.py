"""Mail to customers, and what comes back."""
