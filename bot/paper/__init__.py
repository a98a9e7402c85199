"""Papers that go to customers, made in a process of their own."""
