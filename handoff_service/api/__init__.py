"""HTTP and sockets; docs/protocol.md is the contract."""
