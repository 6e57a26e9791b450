"""Fixtures of the environment that runs: the service's need packages that the bot's environment has not."""

from importlib.util import find_spec

if find_spec("fastapi"):
    from tests.support.service import *  # noqa: F403
