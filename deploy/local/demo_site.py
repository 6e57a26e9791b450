"""The demo company's site: static pages on an origin of their own, under a strict Content-Security-Policy."""

import mimetypes
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from urllib.parse import unquote, urlsplit

from deploy.local.ports import HOST

PLACEHOLDER = b"__SERVICE__"


def policy(service: str) -> str:
    """What a careful customer's site would send: the widget has to work under it."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {service}",
            f"connect-src {service} {service.replace('http', 'ws', 1)}",
            f"img-src 'self' {service}",
            "style-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        )
    )


class DemoSite:
    """Serves `folder` on `port` from a thread until `stop`."""

    def __init__(self, folder: Path, port: int, service: str) -> None:
        class Handler(_Page):
            root, address = folder.resolve(), service

        self._server = _Server((HOST, port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="demo site", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's own looks this machine up in the DNS


class _Page(BaseHTTPRequestHandler):
    root: Path
    address: str

    def do_GET(self) -> None:
        path = self._file()
        if path:
            self._send(path)
        else:
            self.send_error(404)

    def _file(self) -> Path | None:
        try:
            path = (self.root / unquote(urlsplit(self.path).path).lstrip("/")).resolve()
        except ValueError:  # a NUL in it
            return None
        if path.is_dir():
            path /= "index.html"
        return path if path.is_relative_to(self.root) and path.is_file() else None

    def _send(self, path: Path) -> None:
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        body = path.read_bytes()
        if kind == "text/html":
            body = body.replace(PLACEHOLDER, self.address.encode())
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy(self.address))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal for what a person should read."""
