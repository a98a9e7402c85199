"""What the bot is measured against: programs of their own, as small as an honest one can be."""
