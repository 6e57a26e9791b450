"""A Chromium for the tests, on machines where nobody installed one: `python -m deploy.local.browser` prints it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "deploy/local/chromium"  # npm's @sparticuz/chromium, pinned by package-lock.json
UNPACK = 'import("@sparticuz/chromium").then(m => m.default.executablePath()).then(console.log)'
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{fonts}/cache</cachedir>
</fontconfig>
"""
LAUNCHER = """\
#!/bin/sh
export LD_LIBRARY_PATH="{libraries}" FONTCONFIG_FILE="{fonts}"
exec "{chromium}" "$@"
"""


class NoBrowser(Exception):
    """No Chromium, in one line that says what to install."""


def find_browser(folder: Path = ROOT / "var/chromium") -> str:
    """A path for Playwright's `launch(executable_path=..., args=["--no-sandbox"])`."""
    named = os.environ.get("CHROMIUM_PATH")
    if named:
        if not os.access(named, os.X_OK):
            raise NoBrowser(f"CHROMIUM_PATH is {named}, and that is no program.")
        return named
    found = next(filter(None, map(shutil.which, ON_PATH)), None)
    return found or str(_unpacked(folder))


def _unpacked(folder: Path) -> Path:
    launcher = folder / "launch"
    if launcher.exists():
        return launcher
    try:
        _npm_ci()
        return _unpack(folder, launcher)
    except (OSError, subprocess.CalledProcessError) as error:
        why = getattr(error, "stderr", None) or str(error)
        raise NoBrowser(
            "No Chromium found. Install chromium or google-chrome, or set CHROMIUM_PATH to one "
            f"(npm's @sparticuz/chromium could not be set up: {why.strip().splitlines()[0]})."
        ) from None


def _npm_ci() -> None:
    if not (PACKAGE / "node_modules/.package-lock.json").exists():
        _node("npm", "ci", "--no-fund", "--no-audit", env={})


def _unpack(folder: Path, launcher: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    # It unpacks into the temporary folder, and its libraries (nss, nspr) only where it thinks it is on Lambda.
    env = {"TMPDIR": str(folder), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs24.x"}
    chromium = _node("node", "-e", UNPACK, env=env).strip()
    fonts = folder / "fonts.conf"
    fonts.write_text(FONTS.format(fonts=folder / "fonts"))
    launcher.write_text(LAUNCHER.format(libraries=folder / "al2023/lib", fonts=fonts, chromium=chromium))
    launcher.chmod(0o755)
    return launcher


def _node(program: str, *arguments: str, env: dict[str, str]) -> str:
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", **env}
    command = [str(tools / program), *arguments]
    return subprocess.run(
        command, cwd=PACKAGE, env=environment, check=True, capture_output=True, text=True
    ).stdout


if __name__ == "__main__":
    try:
        print(find_browser())
    except NoBrowser as error:
        sys.exit(f"baton: {error}")
