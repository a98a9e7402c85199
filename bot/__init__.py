"""The edge of Leadbot: everything that talks to chat platforms, browsers, other programs and people."""
