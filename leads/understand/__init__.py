"""Reading what salespeople type: dates, contacts, budgets, places and what they want done."""
