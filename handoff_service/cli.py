"""`./baton`: people of the desk, from a terminal. REDIS_URL says which installation."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, Never

import typer
from redis.exceptions import RedisError

from handoff_service.app import redis_client
from handoff_service.domain.agents import Role
from handoff_service.domain.refusals import Refusal
from handoff_service.settings import Settings
from handoff_service.store.keys import Keys
from handoff_service.store.people import Account, People, new_agent

app = typer.Typer(no_args_is_help=True, help="Baton: people of the desk.", pretty_exceptions_enable=False)
agents = typer.Typer(no_args_is_help=True, help="Who may log in at the desk, and what they may do there.")
app.add_typer(agents, name="agents")

Login = Annotated[str, typer.Argument(help="the name typed at the log-in")]
SkillOption = Annotated[list[str] | None, typer.Option(help="may be repeated; `security` may take incidents")]


@agents.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="what customers read")] = "",
    role: Annotated[Role, typer.Option()] = Role.AGENT,
    skill: SkillOption = None,
) -> None:
    """Adds a person and prints the generated password, once."""
    password = secrets.token_urlsafe(12)
    person = new_agent(login, name, role, skill or [])
    if not _with_people(lambda people: people.add(person, password)):
        _stop(f"There is a {login} already.")
    typer.echo(f"Log in as {login} with the password {password}")


@agents.command("list")
def list_() -> None:
    """Log-in, shown name, role, skills and state of everybody."""
    for account in _with_people(lambda people: people.accounts()):
        typer.echo(_line(account))


@agents.command()
def disable(login: Login) -> None:
    """No more log-in; open pages close at once, and their conversations go back to the line (`enable` undoes it)."""
    _change(login, disabled=True)


@agents.command()
def enable(login: Login) -> None:
    """May log in again, with the password of before."""
    _change(login, disabled=False)


@agents.command()
def password(login: Login) -> None:
    """Makes a new password and prints it, once; every session of this person ends."""
    new = secrets.token_urlsafe(12)
    _with_people(lambda people: people.set_password(login, new))
    typer.echo(f"Log in as {login} with the password {new}")


@agents.command()
def role(login: Login, role: Annotated[Role, typer.Argument()]) -> None:
    """agent, supervisor (sees all, takes incidents, undoes spam), trainer (no conversations), admin (keeps people)."""
    _change(login, role=role)


@agents.command()
def skills(login: Login, skill: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Sets the skills; none given, none left."""
    _change(login, skills=tuple(skill or ()))


def _change(login: str, **changes: object) -> None:
    typer.echo(_line(_with_people(lambda people: people.change(login, **changes))))


def _line(account: Account) -> str:
    agent = account.agent
    state = "disabled" if account.disabled else "active"
    return f"{agent.login}\t{agent.name}\t{agent.role}\t{','.join(agent.skills) or '-'}\t{state}"


def _with_people[T](work: Callable[[People], Awaitable[T]]) -> T:
    async def run() -> T:
        settings = Settings(environment="development")
        redis = redis_client(settings)
        try:
            return await work(People(redis, Keys(settings.workspace), settings.session_hours * 3600))
        finally:
            await redis.aclose()

    try:
        return asyncio.run(run())
    except Refusal as refusal:
        _stop(refusal.detail)
    except (RedisError, OSError):
        _stop("No store answers. Is `make run` running? Else say where it is: REDIS_URL=redis://…")


def _stop(line: str) -> Never:
    typer.echo(f"baton: {line}", err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app(prog_name="baton")
