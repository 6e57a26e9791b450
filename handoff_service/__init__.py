"""The public door: customers' and agents' sockets, the line, the log. Read docs/journey.md first."""
