"""What is true of conversations, in plain values. Imports the standard library only."""
