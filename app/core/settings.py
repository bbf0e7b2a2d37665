"""One frozen Settings, read once from the environment. No business numbers: those are data per district."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pydantic_settings
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "WANGGE_"


class SettingsError(Exception):
    """The environment cannot be used; the message names the variable and what to do."""


class Settings(BaseSettings):
    """Every setting of both processes; `wangge config show` prints them with their source."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    environment: Literal["development", "production"] = Field(
        "development", description="production refuses demo data, weak secrets and unsafe database settings"
    )
    database_url: SecretStr = Field(description="PostgreSQL as role app (no DDL, cannot change the trail)")
    owner_url: SecretStr | None = Field(None, description="PostgreSQL as role owner; only migrations need it")
    data_dir: Path = Field(Path(".data"), description="photos and, in development, the generated secret")
    secret: SecretStr | None = Field(
        None, description="at least 32 characters; seals contacts and signs links; required in production"
    )
    previous_secrets: list[SecretStr] = Field(
        default_factory=list, description="older secrets, still able to open what they sealed"
    )
    trusted_proxies: list[str] = Field(
        default_factory=list, description="addresses whose X-Forwarded-For is believed"
    )
    pool_size: int = Field(5, ge=1, le=100, description="database connections per process")
    pool_wait_s: float = Field(5.0, gt=0, description="seconds a request waits for a connection before 503")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="lowest level logged")
    web_dir: Path = Field(
        Path("web/dist"), description="the built pages of the faces; the API starts without them"
    )
    base_map_tiles: str | None = Field(
        None, description="raster tiles beneath the ground, {z} {x} {y} and {s}; none means a blank ground"
    )
    base_map_labels: str | None = Field(None, description="tiles with the names, laid over those")
    base_map_subdomains: str = Field("", description="letters that {s} stands for")
    base_map_attribution: str = Field("", description="who made the base map; shown on it")
    base_map_most_zoom: int = Field(18, ge=1, le=22, description="deepest zoom the tiles have")
    base_map_crs: Literal["wgs84", "gcj02"] = Field(
        "wgs84", description="gcj02: the tiles are shifted, and the ground is drawn shifted over them"
    )
    public_url: str = Field("http://127.0.0.1:8000", description="what follow links begin with")


def refuse_unknown(environ: Mapping[str, str]) -> None:
    """Raise `SettingsError` for a WANGGE_ variable that no setting reads: a typing error must not pass."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted(environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise SettingsError(f"Unknown setting {name}.{hint} `wangge config show` lists all of them.")


def load() -> Settings:
    """Settings from the environment; `SettingsError` says in one line what is missing or wrong."""
    refuse_unknown(os.environ)
    try:
        settings = Settings()
    except pydantic_settings.SettingsError as wrong:  # a list that is not one
        name = next((part for part in str(wrong).split('"') if part in Settings.model_fields), "?").upper()
        raise SettingsError(f'{PREFIX}{name}: lists are JSON, as in ["10.0.0.1"].') from None
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise SettingsError(f"{name}: {first['msg']}. `make run` sets it for the private cluster.") from None
    if settings.environment == "production":
        secret = settings.secret.get_secret_value() if settings.secret else ""
        if len(secret) < 32 or len(set(secret)) < 10:  # noqa: PLR2004  # a word repeated is no secret
            raise SettingsError("WANGGE_SECRET: production needs at least 32 varied characters.")
    return settings
