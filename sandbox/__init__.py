"""Stand-ins for the chat platforms, and a page to try the bot in a browser: as strict as the real ones."""
