"""Sealing, keyed hashes and tokens. One seam for algorithms, so that national ones (SM3, SM4) can be put in.

Phones and names are sealed with AES-256-GCM; they are found again only by a keyed hash. Tokens begin with
the district's six digits, so that a request knows its district before it opens anything (DESIGN 9.2).
"""

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.errors import Unavailable
from app.core.settings import Settings, SettingsError

NONCE = 12
MAC = 16  # 128 bits: as hard to guess as the token itself


class SealBroken(Unavailable):
    """No known secret opens a sealed value: a key is missing or the row was tampered with."""

    code = "seal_broken"
    zh = "加密内容无法打开,请联系系统管理员检查密钥。"
    en = "A sealed value cannot be opened; ask the administrator to check the secrets."


@lru_cache(maxsize=16)
def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"wangge/{purpose}".encode()).derive(secret)


@lru_cache(maxsize=16)
def _box(secret: bytes) -> AESGCM:
    return AESGCM(_derive(secret, "seal"))


@lru_cache(maxsize=64)
def _hash_key(secret: bytes, context: str) -> bytes:
    return _derive(secret, f"hash/{context}")


@dataclass(frozen=True)
class Keys:
    """The secrets in force: the first seals and signs, all of them open."""

    secrets: tuple[bytes, ...]

    @classmethod
    def load(cls, settings: Settings) -> "Keys":
        """From the settings; in development a secret is made once and kept in the data folder."""
        if settings.secret is None:
            if settings.environment == "production":
                raise SettingsError("WANGGE_SECRET is required in production.")
            current = _development_secret(settings.data_dir)
        else:
            current = settings.secret.get_secret_value().encode()
        return cls((current, *(old.get_secret_value().encode() for old in settings.previous_secrets)))

    def seal(self, text: str, context: str) -> bytes:
        """Encrypt `text`; `context` (table and column) is bound to it, so that it cannot be moved."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + _box(self.secrets[0]).encrypt(nonce, text.encode(), context.encode())

    def unseal(self, sealed: bytes, context: str) -> str:
        """What was sealed; `SealBroken` when no secret opens it."""
        if len(sealed) < NONCE + MAC:
            raise SealBroken
        for secret in self.secrets:
            try:
                return _box(secret).decrypt(sealed[:NONCE], sealed[NONCE:], context.encode()).decode()
            except InvalidTag:
                continue
        raise SealBroken

    def keyed_hash(self, text: str, context: str) -> bytes:
        """For equality search only; without the secret nothing can be tried against it."""
        key = _hash_key(self.secrets[-1], context)  # of the oldest secret, so that rows stay findable
        return hmac.digest(key, text.encode(), "sha256")

    def mac(self, purpose: str, text: str) -> str:
        """Signs a word that comes back from outside; `check_mac` reads it."""
        return _b64(hmac.digest(_derive(self.secrets[0], purpose), text.encode(), "sha256")[:MAC])

    def check_mac(self, purpose: str, text: str, mac: str) -> bool:
        """Whether one of the secrets signed it."""
        made = (hmac.digest(_derive(secret, purpose), text.encode(), "sha256")[:MAC] for secret in self.secrets)
        return any(hmac.compare_digest(_b64(one), mac) for one in made)

    @staticmethod
    def outbox_scalar(secret: bytes) -> int:
        """A number below the order of P-256 that only the holder of the secret can make."""
        return int.from_bytes(_derive(secret, "outbox")) % (2**255) + 1

    def follow_token(self, district: str, subject: UUID) -> str:
        """The reporter's link: recomputed, never stored (HOUSE 4.6)."""
        body = f"{district}.{_b64(subject.bytes)}"
        return f"{body}.{_b64(self._follow_mac(self.secrets[0], body))}"

    def read_follow_token(self, token: str) -> tuple[str, UUID] | None:
        """District and subject of a link, or None when no secret signed it."""
        if not token.isascii():
            return None
        body, _, mac = token.rpartition(".")
        district, _, subject = body.partition(".")
        try:
            given, raw = _unb64(mac), _unb64(subject)
        except ValueError:
            return None
        if (_b64(given), _b64(raw)) != (mac, subject):
            return None  # spare bits at the end: one link has one spelling
        if len(raw) != MAC or not any(hmac.compare_digest(self._follow_mac(s, body), given) for s in self.secrets):
            return None
        return district, UUID(bytes=raw)

    @staticmethod
    def _follow_mac(secret: bytes, body: str) -> bytes:
        return hmac.digest(_derive(secret, "follow"), body.encode(), "sha256")[:MAC]


def new_token(district: str) -> str:
    """A staff token: 256 random bits behind the district's digits."""
    return f"{district}.{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> bytes:
    """What is stored: a token has 256 bits of its own, so a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).digest()


def digest(salt: bytes, text: str) -> str:
    """A salted digest of words for the trail: proves them later, tells nothing by itself."""
    return hmac.digest(salt, text.encode(), "sha256").hex()


def mask_phone(phone: str) -> str:
    """`138****1234`; short numbers keep their last two digits only."""
    if len(phone) >= 7:  # noqa: PLR2004  # shorter ones are extensions
        return f"{phone[:3]}****{phone[-4:]}"
    return f"****{phone[-2:]}"


def mask_name(name: str) -> str:
    """The family name and stars: 王**."""
    return name[:1] + "*" * max(1, len(name) - 1)


def mask_id_number(number: str) -> str:
    """The last four of an identity number; of a short one two, so that something is left to guess."""
    shown = 4 if len(number) >= 15 else 2  # noqa: PLR2004  # the old identity card's length
    return "*" * (len(number) - shown) + number[-shown:]


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _development_secret(folder: Path) -> bytes:
    path = folder / "secret"
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".secret-{os.getpid()}-{secrets.token_hex(4)}"
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)  # of two processes starting at once, one wins and both read the same file
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes().strip()
