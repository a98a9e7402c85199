"""The rows: everything Leadbot remembers, on one file of SQLite or on PostgreSQL."""
