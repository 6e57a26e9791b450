"""People behind the desk, and what each may see and take."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from handoff_service.domain.conversation import Lane


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True)
class Agent:
    """`login` is unique and typed at the log-in; `name` is what customers read."""

    id: str
    login: str
    name: str
    role: Role
    skills: tuple[str, ...] = ()

    def shown(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "role": self.role, "skills": list(self.skills)}


def lanes(agent: Agent) -> tuple[Lane, ...]:
    """The lanes an agent may see and take from; incidents need the skill, or a supervisor."""
    if "security" in agent.skills or agent.role in {Role.SUPERVISOR, Role.ADMIN}:
        return (Lane.SECURITY, Lane.GENERAL)
    return (Lane.GENERAL,)


def may_see(agent: Agent, conversation: Mapping[str, str]) -> bool:
    """The one answer to this question, for every read, list, tap and call. Who has it sees it; no is a 404."""
    return conversation.get("owner") == agent.id or conversation["lane"] in lanes(agent)
