"""What a trainer is told, instead of a traceback."""


class UserError(Exception):
    """One line, or a few, that say what is wrong and what to do."""
