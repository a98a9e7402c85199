"""How fast the bot is, told as ratios against honest references that were measured in the same run."""
