"""`python -m actions`: the action server, on loopback, for callers with the token only."""

import hmac
import os
import sys

from rasa_sdk.endpoint import create_app
from sanic.request import Request
from sanic.response import HTTPResponse, json


def main() -> None:
    token = os.environ.get("ACTION_TOKEN")
    if not token:
        sys.exit("baton: ACTION_TOKEN is not set; the action server does not run without one.")
    try:
        app = create_app("actions")
    except ValueError as error:
        sys.exit(f"baton: {error}")
    expected = f"Bearer {token}".encode()

    @app.middleware("request")
    async def authorize(request: Request) -> "HTTPResponse | None":
        if hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            return None
        return json({"error": "not authorized"}, 401)

    app.run("127.0.0.1", int(os.environ.get("ACTION_PORT", "5055")), workers=1, access_log=False, motd=False)


if __name__ == "__main__":
    main()
