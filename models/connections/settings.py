"""Where everything is: read once from the environment, or from files in a secrets directory."""

import os
from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Addresses and switches of one process. Every field can be set in the environment by its upper-case name."""

    model_config = SettingsConfigDict(
        secrets_dir=os.environ.get("FACTORYOS_SECRETS_DIR") or None, extra="ignore", frozen=True
    )

    database_url: str = Field(description="PostgreSQL as the application role, bound by row-level security")
    database_owner_url: str | None = Field(
        None, description="PostgreSQL as the owner; only `factoryos migrate` uses it"
    )
    mongo_url: str = "mongodb://127.0.0.1:27017/?serverSelectionTimeoutMS=2000"
    mongo_database: str = "factoryos"
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    factoryos_task_queue: str = "factoryos"
    factoryos_secret_key: SecretStr = Field(description="Signs log-in tokens; at least 32 characters", min_length=32)
    factoryos_host: str = "127.0.0.1"
    factoryos_port: int = 8000
    factoryos_log_dir: Path | None = Field(
        None, description="Folder of the JSON-lines logs; standard output when absent"
    )
    factoryos_token_minutes: int = Field(12 * 60, ge=1, description="Life of a log-in token: one shift by default")
    factoryos_pool_size: int = Field(8, ge=1, description="PostgreSQL connections per process")
    factoryos_cached_workflows: int = Field(400, ge=0)
    factoryos_update_seconds: float = Field(4.0, gt=0, description="How long an operator's tap waits for its answer")
    factoryos_relay_after_seconds: float = Field(
        5.0, ge=0, description="Age at which an undelivered command is signalled"
    )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return this process's settings. Raises pydantic.ValidationError naming what is missing."""
    return Settings()
