"""What people see in chat, said once for every platform."""
