"""Names of keys, as store/lua/_prelude.lua makes them; one hash tag for the whole workspace."""


class Keys:
    def __init__(self, workspace: str) -> None:
        self.prefix = f"{{{workspace}}}:"
        self.tap = f"{self.prefix}tap"
        self.typing = f"{self.prefix}typing"
        self.turns = f"{self.prefix}turns"
        self.timers = f"{self.prefix}timers"
        self.closed = f"{self.prefix}closed"
        self.open = f"{self.prefix}open"
        self.agents = f"{self.prefix}agents"
        self.idle = f"{self.prefix}idle"
        self.parked = f"{self.prefix}parked"
        self.alarms = f"{self.prefix}alarms"
        self.unscored = f"{self.prefix}unscored"
        self.wants = f"{self.prefix}wants"
        self.rights = f"{self.prefix}rights"
        self.presence = f"{self.prefix}presence"

    def conversation(self, conversation: str) -> str:
        return f"{self.prefix}c:{conversation}"

    def log(self, conversation: str) -> str:
        return f"{self.prefix}log:{conversation}"

    def notes(self, conversation: str) -> str:
        return f"{self.prefix}notes:{conversation}"

    def sent(self, conversation: str) -> str:
        return f"{self.prefix}sent:{conversation}"

    def nlu(self, conversation: str) -> str:
        return f"{self.prefix}nlu:{conversation}"

    def bot_state(self, conversation: str) -> str:
        return f"{self.prefix}bot:{conversation}"

    def line(self, lane: str) -> str:
        return f"{self.prefix}line:{lane}"

    def owned(self, agent: str) -> str:
        return f"{self.prefix}owned:{agent}"

    def busy(self, agent: str) -> str:
        return f"{self.prefix}busy:{agent}"

    def offered(self, agent: str) -> str:
        return f"{self.prefix}offered:{agent}"

    def session(self, digest: str) -> str:
        return f"{self.prefix}session:{digest}"

    def tries(self, what: str) -> str:
        return f"{self.prefix}tries:{what}"
