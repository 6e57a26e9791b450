"""`python -m handoff_service`: one replica of the service; its settings come from the environment."""

import sys

import uvicorn
from pydantic import ValidationError

from handoff_service.app import create_app
from handoff_service.settings import Settings


def main() -> None:
    try:
        settings = Settings()
    except ValidationError as error:
        sys.exit(
            "\n".join(f"baton: {'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        )
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        # Measured: 24.5 KiB an idle socket instead of 121. Sizes are ours to refuse, with a frame.
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=262_144,
        timeout_graceful_shutdown=5,
    )


main()
