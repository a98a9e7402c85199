"""Files of leads: read whatever Excel made of them, book each person once, and be able to take a whole file back."""
