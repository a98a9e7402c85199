"""What a member or a customer can do: one file per moment, each unpacks, checks the right and calls one verb."""
