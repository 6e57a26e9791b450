"""Which pages may speak to us: exact origins, compared as text."""

from collections.abc import Collection

from handoff_service.domain.refusals import Refusal
from handoff_service.settings import Settings


def check_desk(settings: Settings, origin: str | None) -> None:
    """A cookie counts here, so a missing or `null` origin is refused too. Raises Refusal: bad_origin."""
    if origin not in settings.desk_origins:
        raise Refusal("bad_origin", "This page may not speak for the desk.")


def check_widget(settings: Settings, origin: str | None) -> None:
    """Programs without an origin pass, for no cookie counts here. Raises Refusal: bad_origin."""
    allowed: Collection[str] = {*settings.widget_origins, *settings.desk_origins}
    if origin is not None and origin not in allowed:
        raise Refusal("bad_origin", "The widget is not registered for this page's address.")
