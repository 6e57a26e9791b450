"""Which tests run where: Rasa and the service live in two environments, and pytest runs in one of them."""

from importlib.util import find_spec

import pytest

BOT_TESTS = ["tests/bot", "tests/actions"]
SERVICE_TESTS = [
    "tests/api",
    "tests/deploy",
    "tests/dialogues",
    "tests/domain",
    "tests/faults",
    "tests/flows",
    "tests/journey",
]
SERVICE_TESTS += ["tests/store", "tests/wire"]

in_bot = find_spec("rasa") is not None
in_service = find_spec("fastapi") is not None
collect_ignore = [*([] if in_bot else BOT_TESTS), *([] if in_service else SERVICE_TESTS)]


def pytest_configure(config: pytest.Config) -> None:
    # Rasa's dependencies of 2022 warn at import; beside them only our own warnings are errors.
    of_bot = ["ignore::DeprecationWarning", "error:::bot", "error:::actions"]
    for line in ["error"] if in_service else of_bot:
        config.addinivalue_line("filterwarnings", line)


def pytest_report_header() -> str:
    if in_service:
        return f"baton: the service's environment; `make test-bot` runs {', '.join(BOT_TESTS)}"
    return f"baton: the bot's environment; `make test-service journey` runs {', '.join(SERVICE_TESTS)}"
