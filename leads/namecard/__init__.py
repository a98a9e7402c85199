"""What stands on a business card: its lines put straight, and who, where and how to reach them read from those."""
