"""The demo site is as strict as a careful customer's own."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.demo_site import DemoSite
from deploy.local.ports import free_port

SERVICE = "http://127.0.0.1:8080"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "secret.txt").write_text("not for the site")
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "index.html").write_text('<script src="__SERVICE__/widget.js"></script>')
    (folder / "site.css").write_text("p { content: '__SERVICE__' }")
    port = free_port()
    site = DemoSite(folder, port, SERVICE)
    site.start()
    yield f"http://127.0.0.1:{port}"
    site.stop()


def test_that_pages_name_the_service_and_other_files_stay_as_they_are(site: str) -> None:
    for path, kind, body in (
        ("/", "text/html; charset=utf-8", f'<script src="{SERVICE}/widget.js"></script>'),
        ("/site.css?v=2", "text/css; charset=utf-8", "p { content: '__SERVICE__' }"),
    ):
        with urllib.request.urlopen(site + path, timeout=5) as answer:
            assert (answer.headers["Content-Type"], answer.read().decode()) == (kind, body)


def test_that_the_policy_allows_the_service_and_nothing_else(site: str) -> None:
    with urllib.request.urlopen(site, timeout=5) as answer:
        policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["img-src"] == f"'self' {SERVICE}"
    assert policy["connect-src"] == f"{SERVICE} ws://127.0.0.1:8080"
    assert policy["style-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/nowhere.html", "/%00"])
def test_that_only_its_own_files_are_shown(site: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(site + path, timeout=5)
