"""The one store of record, in Redis: scripts that change it, reads, and the tap on the shoulder."""
