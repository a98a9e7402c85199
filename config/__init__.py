"""What may differ between one company and another: hours, holidays, rules, settings."""
