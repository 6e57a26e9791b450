"""People behind the desk, and what each may see and take."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from handoff_service.domain.conversation import Lane

SECURITY_SKILL = "security"


class Role(StrEnum):
    """What somebody does here. A trainer sees no conversation; an admin is a supervisor who also keeps the people."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    TRAINER = "trainer"
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
    if agent.role == Role.TRAINER:
        return ()
    if handles_incidents(agent) or supervises(agent):
        return (Lane.SECURITY, Lane.GENERAL)
    return (Lane.GENERAL,)


def handles_incidents(agent: Agent) -> bool:
    return SECURITY_SKILL in agent.skills and agent.role != Role.TRAINER


def supervises(agent: Agent) -> bool:
    return agent.role in {Role.SUPERVISOR, Role.ADMIN}


def keeps_people(agent: Agent) -> bool:
    return agent.role == Role.ADMIN


def may_see(agent: Agent, conversation: Mapping[str, str]) -> bool:
    """The one answer to this question, for every read, list, tap and call. Who has it sees it; no is a 404."""
    return conversation.get("owner") == agent.id or conversation["lane"] in lanes(agent)
