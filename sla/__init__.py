"""Promises about time: a lead is claimed in two working hours, contacted within a working day."""
