"""DingTalk: its callbacks, its Stream, its API, and our cards in its words."""
