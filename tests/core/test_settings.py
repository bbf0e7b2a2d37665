import pytest

from app.core.settings import Settings, SettingsError, load, refuse_unknown

URL = "postgresql://app@/wangge"
STRONG = "q8Zr-2LmT0xv_Hy5Wc7Kd9Bn3Fj6Gs1P"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this shell, and the one that is required."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"WANGGE_{name.upper()}", raising=False)
    monkeypatch.setenv("WANGGE_DATABASE_URL", URL)


def test_the_defaults_are_for_development() -> None:
    settings = load()
    assert settings.environment == "development"
    assert settings.database_url.get_secret_value() == URL


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("WANGGE_DATABSE_URL", "WANGGE_DATABASE_URL"),
        ("WANGGE_POOLSIZE", "WANGGE_POOL_SIZE"),
        ("wangge_secrets", "WANGGE_SECRET"),
    ],
)
def test_a_typing_error_in_a_name_is_refused_with_the_name_that_was_meant(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "5")
    with pytest.raises(SettingsError, match=f"{name}.*Did you mean {meant}"):
        load()


def test_a_name_like_nothing_is_refused_without_a_guess() -> None:
    with pytest.raises(SettingsError) as refused:
        refuse_unknown({"WANGGE_ZZZZZZ": "1"})
    assert "Did you mean" not in str(refused.value)
    refuse_unknown({"WANGGE_SECRET": "1", "OTHER_THING": "2", "HOME": "/"})


def test_a_missing_url_is_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANGGE_DATABASE_URL")
    with pytest.raises(SettingsError, match="WANGGE_DATABASE_URL: Field required"):
        load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POOL_SIZE", "0"),
        ("POOL_SIZE", "many"),
        ("LOG_LEVEL", "loud"),
        ("ENVIRONMENT", "staging"),
        ("POOL_WAIT_S", "0"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"WANGGE_{name}", value)
    with pytest.raises(SettingsError, match=f"^WANGGE_{name}: [^\n]*$"):
        load()


@pytest.mark.parametrize("name", ["TRUSTED_PROXIES", "PREVIOUS_SECRETS"])
def test_a_list_that_is_not_json_is_one_line_that_shows_how(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"WANGGE_{name}", "10.0.0.1")
    with pytest.raises(SettingsError, match=f"^WANGGE_{name}: [^\n]*JSON") as refused:
        load()
    assert "10.0.0.1" not in str(refused.value).replace('["10.0.0.1"]', "")


def test_a_list_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_TRUSTED_PROXIES", '["10.0.0.1", "10.0.0.2"]')
    assert load().trusted_proxies == ["10.0.0.1", "10.0.0.2"]


@pytest.mark.parametrize("secret", [None, "", "short", "x" * 64, "ab" * 32])
def test_production_refuses_a_missing_or_weak_secret(monkeypatch: pytest.MonkeyPatch, secret: str | None) -> None:
    monkeypatch.setenv("WANGGE_ENVIRONMENT", "production")
    if secret is not None:
        monkeypatch.setenv("WANGGE_SECRET", secret)
    with pytest.raises(SettingsError, match="WANGGE_SECRET") as refused:
        load()
    assert not secret or secret not in str(refused.value)


def test_production_takes_a_strong_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_ENVIRONMENT", "production")
    monkeypatch.setenv("WANGGE_SECRET", STRONG)
    assert load().environment == "production"


def test_settings_do_not_show_their_secrets_and_cannot_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_SECRET", STRONG)
    monkeypatch.setenv("WANGGE_PREVIOUS_SECRETS", f'["{STRONG}"]')
    settings = load()
    assert STRONG not in repr(settings)
    assert STRONG not in settings.model_dump_json()
    with pytest.raises(ValueError, match="frozen"):
        settings.pool_size = 7  # type: ignore[misc]
