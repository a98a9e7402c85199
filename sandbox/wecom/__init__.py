"""A WeCom that runs on this machine: the API that the bot calls, and the people who write to it."""
