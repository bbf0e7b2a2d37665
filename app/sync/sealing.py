"""The sealed outbox: what a phone that is locked, revoked or handed on has not sent, for the server's eyes only.

ECDH on P-256, because every browser's Web Crypto has it: the phone makes a key pair for one sealing, derives an
AES-256-GCM key with HKDF-SHA256 and sends its public point before nonce and ciphertext.
"""

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.core.crypto import Keys
from app.core.errors import Invalid

CURVE = ec.SECP256R1()
POINT, NONCE = 65, 12
INFO = b"wangge/outbox"


class NotSealed(Invalid):
    """The bytes were not sealed for this service, or were changed on the way."""

    code = "outbox_not_sealed"
    zh = "封存的未传内容无法打开:不是为本系统封存,或已损坏。请保留原文件并联系管理员。"
    en = "The sealed outbox cannot be opened: not made for this service, or damaged. Keep it, ask for help."


def public_key(keys: Keys) -> str:
    """The point a phone seals for, base64."""
    point = _private(keys.outbox_scalar(keys.secrets[0])).public_key()
    return base64.b64encode(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).decode()


def open_outbox(keys: Keys, blob: bytes) -> bytes:
    """What was sealed, with whichever secret it was made for; `NotSealed` when none opens it."""
    if len(blob) <= POINT + NONCE:
        raise NotSealed("body")
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, blob[:POINT])
    except ValueError:
        raise NotSealed("body") from None
    for secret in keys.secrets:
        shared = _private(keys.outbox_scalar(secret)).exchange(ec.ECDH(), theirs)
        try:
            return AESGCM(_key(shared)).decrypt(blob[POINT : POINT + NONCE], blob[POINT + NONCE :], INFO)
        except InvalidTag:
            continue
    raise NotSealed("body")


def seal_outbox(public: str, plain: bytes, nonce: bytes) -> bytes:
    """What a phone does: the executable description for the web client."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, base64.b64decode(public))
    mine = ec.generate_private_key(CURVE)
    point = mine.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = mine.exchange(ec.ECDH(), theirs)
    return point + nonce + AESGCM(_key(shared)).encrypt(nonce, plain, INFO)


def _private(scalar: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(scalar, CURVE)


def _key(shared: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=INFO).derive(shared)
