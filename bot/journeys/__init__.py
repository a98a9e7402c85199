"""Journeys for people: how they are doing, tried out on real leads, started from chat."""
