"""Where everything is: read once from the environment, or from files in a secrets directory."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.rules.addresses import networks


class Settings(BaseSettings):
    """Addresses and switches of one process. Every field can be set in the environment by its upper-case name."""

    model_config = SettingsConfigDict(
        secrets_dir=os.environ.get("FACTORYOS_SECRETS_DIR") or None, extra="ignore", frozen=True,
        hide_input_in_errors=True,
    )  # fmt: skip

    # Addresses hold passwords: they are not shown with the rest.
    database_url: str = Field(repr=False, description="PostgreSQL as the application role, bound by row-level security")
    database_owner_url: str | None = Field(
        None, repr=False, description="PostgreSQL as the owner; only `factoryos migrate` uses it"
    )
    mongo_url: str = Field("mongodb://127.0.0.1:27017/?serverSelectionTimeoutMS=2000", repr=False)
    mongo_database: str = "factoryos"
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    factoryos_task_queue: str = "factoryos"
    factoryos_secret_key: SecretStr = Field(
        description="Signs access tokens and seals stored secrets; at least 32 characters", min_length=32
    )
    factoryos_host: str = "127.0.0.1"
    factoryos_port: int = 8000
    factoryos_log_dir: Path | None = Field(
        None, description="Folder of the JSON-lines logs; standard output when absent"
    )
    factoryos_mode: Literal["onprem", "saas"] = Field(
        "onprem", description="onprem: one factory. saas: factories sign up, each with a subdomain of its own"
    )
    factoryos_public_url: str = Field(
        "", description="Where people reach FactoryOS, for links in mail; empty: host and port"
    )
    factoryos_domain: str = Field("", description="Domain whose subdomains name factories, for saas: mes.example.com")
    factoryos_access_minutes: int = Field(15, ge=1, description="Life of an access token")
    factoryos_session_days: int = Field(30, ge=1, description="A session nobody used for so long has ended")
    factoryos_shift_hours: int = Field(12, ge=1, description="A log-in in a browser or by PIN ends after so long")
    # A whole shift logs in from one address where a station's proxy stands between; each name has its own lock-out.
    factoryos_credential_limit: str = Field("120/minute", description="Log-ins and codes one address may try")
    factoryos_payload_key: SecretStr | None = Field(
        None, description="Encrypts what Temporal stores: id:base64 of 32 bytes; several by comma, the first seals"
    )
    smtp_url: SecretStr = Field(
        SecretStr("smtp://127.0.0.1:1025"),
        description="Mail server: smtp://user:password@host:587?starttls, or smtps://",
    )
    factoryos_mail_from: str = "FactoryOS <factoryos@localhost>"
    factoryos_webhook_networks: str = Field(
        "", description="Private networks that webhooks and log-in servers may be in: 10.1.0.0/16,…"
    )
    factoryos_trusted_proxies: str = Field(
        "", description="Proxies whose word on a caller's address and TLS is believed: 10.0.0.5,192.168.7.0/24"
    )
    factoryos_demo: bool | None = Field(
        None, description="Whether the first `factoryos run` fills in the demo factory; left out: onprem does, saas not"
    )
    factoryos_tls_dir: Path | None = Field(
        None, description="Folder of the certificates that `factoryos tls init` made; `factoryos run` names it"
    )
    factoryos_tls_host: str = "0.0.0.0"  # noqa: S104 - HTTPS is for the devices of the local network
    factoryos_tls_port: int = 8443
    factoryos_licence_key: str = Field(
        "", description="The vendor's public key, that licences are checked with; without one no licence is taken"
    )
    factoryos_pool_size: int = Field(8, ge=1, description="PostgreSQL connections per process")
    factoryos_cached_workflows: int = Field(400, ge=0)
    factoryos_update_seconds: float = Field(4.0, gt=0, description="How long an operator's tap waits for its answer")
    factoryos_relay_after_seconds: float = Field(
        5.0, ge=0, description="Age at which an undelivered command is signalled"
    )

    @property
    def fills_in_demo(self) -> bool:
        """Whether the first run makes the demo factory."""
        return self.factoryos_mode == "onprem" if self.factoryos_demo is None else self.factoryos_demo

    @field_validator("factoryos_webhook_networks", "factoryos_trusted_proxies")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        networks(text)
        return text


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return this process's settings. Raises pydantic.ValidationError naming what is missing."""
    return Settings()
