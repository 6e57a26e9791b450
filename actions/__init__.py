"""Custom actions, run by rasa-sdk in a process of their own."""

from actions.handoff import ActionHandoff

__all__ = ["ActionHandoff"]
