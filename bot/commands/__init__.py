"""What an administrator can type in a terminal; one file for each command."""
