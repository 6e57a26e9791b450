"""`python -m handoff_service.cli`: people of the desk, from a terminal. REDIS_URL says which installation."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from handoff_service.app import redis_client
from handoff_service.domain.agents import Role
from handoff_service.settings import Settings
from handoff_service.store.keys import Keys
from handoff_service.store.people import People, new_agent

app = typer.Typer(no_args_is_help=True, help="Baton: people of the desk.")
agents = typer.Typer(no_args_is_help=True, help="Who may log in at the desk.")
app.add_typer(agents, name="agents")


@agents.command()
def add(
    login: Annotated[str, typer.Argument(help="typed at the log-in; unique")],
    name: Annotated[str, typer.Option(help="what customers read")] = "",
    role: Annotated[Role, typer.Option()] = Role.AGENT,
    skill: Annotated[list[str] | None, typer.Option(help="`security` may take incidents")] = None,
) -> None:
    """Adds a person and prints the generated password, once."""
    password = secrets.token_urlsafe(12)
    person = new_agent(login, name, role, skill or [])
    if not _with_people(lambda people: people.add(person, password)):
        raise typer.Exit(_say(f"There is a {login} already.", 1))
    _say(f"Log in as {login} with the password {password}")


@agents.command("list")
def list_() -> None:
    """Log-in, shown name, role and skills of everybody."""
    for agent in _with_people(lambda people: people.all()):
        _say(f"{agent.login}\t{agent.name}\t{agent.role}\t{','.join(agent.skills)}")


def _with_people[T](work: Callable[[People], Awaitable[T]]) -> T:
    async def run() -> T:
        settings = Settings(environment="development")
        redis = redis_client(settings)
        try:
            return await work(People(redis, Keys(settings.workspace), settings.session_hours * 3600))
        finally:
            await redis.aclose()

    return asyncio.run(run())


def _say(line: str, code: int = 0) -> int:
    typer.echo(line)
    return code


if __name__ == "__main__":
    app()
