"""Every setting, from the environment (or a .env file), with its default and its unit."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from handoff_service.domain.reasons import Targets


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    environment: Literal["development", "production"] = "production"
    host: str = "127.0.0.1"
    port: int = 8080
    redis_url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    workspace: str = Field("baton", pattern=r"^[a-z0-9-]{1,40}$")

    bot_url: str = "http://127.0.0.1:5005"
    bot_token: SecretStr = SecretStr("")
    bot_deadline_s: float = Field(8.0, gt=0, description="after this a person is brought in")
    bot_warm_up_s: float = Field(90.0, ge=0, description="how long turns wait for a bot that was never ready")

    first_password: SecretStr | None = Field(
        None, description="of the agent `admin`, made where there is no agent yet"
    )
    desk_origins: list[str] = Field(default_factory=list, description="exact origins of the desk")
    widget_origins: list[str] = Field(
        default_factory=list, description="exact origins that may embed the widget"
    )
    widget_key: str = "demo"
    widget_title: str = "Postline support"
    widget_greeting: str = (
        "Hi! Ask me about Postline, from plans to posting. A person is always one click away."
    )
    privacy_url: str | None = None
    behind_tls: bool = Field(False, description="a TLS proxy stands in front; needed outside development")
    session_hours: int = 12

    capacity: int = Field(6, ge=1, description="conversations an agent has to answer at once, at most")
    reservation_s: int = Field(60, ge=1, description="how long a conversation is kept for who had it before")
    accept_s: int = Field(
        30, ge=5, description="how long an offered conversation is kept for who it was offered to"
    )
    confirm_hours: int = Field(24, ge=1, description="silence after which a proposal closes as unconfirmed")
    reopen_hours: int = Field(72, ge=0, description="how long a closed conversation goes back to its agent")
    idle_hours: int = Field(24, ge=1, description="silence after which a conversation with the bot closes")
    next_word_hours: int = Field(
        12, ge=1, le=12, description="about security, the longest time without a word"
    )
    give_backs: int = Field(3, ge=1, description="times given back until supervisors are told")
    hold_s: float = Field(
        2.0, ge=0, description="how long a doubt, or a turn while the customer types, is held"
    )
    target_security_incident_s: int = 120
    target_anger_s: int = 300
    target_bot_failed_s: int = 600
    target_requested_s: int = 600
    target_uncertainty_s: int = 900
    target_security_question_s: int = 900

    foreign_bots: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="bots that may post to /api/v1/handoffs: name to shared key, as JSON",
    )

    trusted_proxies: str = Field("", description="addresses whose X-Forwarded-For is believed, comma between")

    @model_validator(mode="after")
    def _refuse_what_is_unsafe(self) -> Self:
        if self.environment == "development":
            return self
        if not self.bot_token.get_secret_value():
            raise ValueError("BOT_TOKEN is not set: outside development every secret must be.")
        if not self.behind_tls:
            raise ValueError("BEHIND_TLS is not set: outside development a TLS proxy must stand in front.")
        return self

    @property
    def targets(self) -> Targets:
        return Targets(
            security_incident=self.target_security_incident_s,
            anger=self.target_anger_s,
            bot_failed=self.target_bot_failed_s,
            requested=self.target_requested_s,
            uncertainty=self.target_uncertainty_s,
            security_question=self.target_security_question_s,
        )

    @property
    def secure_cookies(self) -> bool:
        return self.environment != "development"
