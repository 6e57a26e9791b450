"""The private server keeps what it acknowledged, however it ends."""

import os
import signal
from pathlib import Path

import pytest
import redis

from deploy.local import valkey as module
from deploy.local.ports import StartError
from deploy.local.valkey import Valkey


def write_and_read(server: Valkey, value: str | None = None) -> str | None:
    with redis.Redis.from_url(server.url, decode_responses=True) as client:
        if value:
            client.set("kept", value)
        found = client.get("kept")
        assert found is None or isinstance(found, str)
        return found


@pytest.mark.parametrize("end", [Valkey.stop, Valkey.kill])
def test_that_data_outlives_the_server(tmp_path: Path, end) -> None:
    server = Valkey(tmp_path / "data")
    server.start()
    write_and_read(server, "yes")
    end(server)
    assert not server.ready()
    with server:
        assert write_and_read(server) == "yes"


def test_that_a_server_left_behind_is_stopped_first(tmp_path: Path) -> None:
    left_behind = Valkey(tmp_path)
    left_behind.start()
    write_and_read(left_behind, "yes")
    with Valkey(tmp_path) as server:
        assert write_and_read(server) == "yes"
        assert not left_behind.ready()
    left_behind.stop()


def test_that_another_programs_process_number_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "valkey.pid").write_text(str(os.getpid()))
    with Valkey(tmp_path) as server:
        assert server.ready()


def test_that_it_loses_nothing_by_its_settings_and_refuses_strangers(tmp_path: Path) -> None:
    with Valkey(tmp_path) as server, redis.Redis.from_url(server.url, decode_responses=True) as client:
        settings = client.config_get("append*", "maxmemory-policy", "bind")
        assert (settings["appendonly"], settings["appendfsync"]) == ("yes", "always")
        assert (settings["maxmemory-policy"], settings["bind"]) == ("noeviction", "127.0.0.1")
        with (
            redis.Redis(port=server.port) as stranger,
            pytest.raises(redis.exceptions.AuthenticationError),
        ):
            stranger.ping()
        assert (tmp_path / "valkey.conf").stat().st_mode & 0o777 == 0o600
        command = Path(f"/proc/{client.info('server')['process_id']}/cmdline").read_bytes()
        assert server.password.encode() not in command


def test_that_a_machine_without_a_server_gets_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StartError, match="Install redis-server, or set REDIS_URL"):
        module.find_server()


def test_that_a_server_that_cannot_start_says_where_its_log_is(tmp_path: Path) -> None:
    with Valkey(tmp_path / "one") as server:
        with pytest.raises(StartError, match=r"valkey\.log"):
            Valkey(tmp_path / "two", port=server.port).start(within_s=2)
        os.kill(int((tmp_path / "one/valkey.pid").read_text()), signal.SIGKILL)
