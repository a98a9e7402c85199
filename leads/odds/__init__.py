"""The chance that a lead is won, learned from the company's own closed leads."""
