"""Customers who are not ready yet: what they hear from us, rarely and rightly (begins with the journeys)."""
