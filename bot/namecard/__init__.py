"""Photos of business cards: read in a process of its own, shown in chat, saved with one tap."""
