"""The pages of members: looked at in a browser, never needed for a day's work."""
