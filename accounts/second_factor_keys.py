"""Keys of second factors, encrypted as they lie in the database: whoever has it, or a backup, makes no codes with them.

AES-256-GCM, with a key that is derived from the secret key of the site (HKDF). A Fernet token would be longer than the
column of django-otp. An encrypted key is good for one account: copied to the row of another it cannot be read.
"""

import base64
import os
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# Stands before what is encrypted in this way, and in no key that is not: those are hexadecimal.
PREFIX = "v1."
NONCE_BYTES = 12


class UnreadableKey(Exception):
    """The key was encrypted with a secret key that this site does not have, or for another account, or was changed."""


def encrypt_key(key: bytes, *, user_id: int) -> str:
    """`key`: of up to 29 bytes; django-otp makes 20."""
    nonce = os.urandom(NONCE_BYTES)
    encrypted = _cipher(settings.SECRET_KEY).encrypt(nonce, key, _account(user_id))
    return PREFIX + base64.b64encode(nonce + encrypted).decode()


def decrypt_key(encrypted: str, *, user_id: int) -> bytes:
    """Returns the key of the user, decrypted. Raises UnreadableKey."""
    # It takes 13 MB: only of a process that sees a second factor.
    from cryptography.exceptions import InvalidTag

    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            content = base64.b64decode(encrypted.removeprefix(PREFIX), validate=True)
            return _cipher(secret).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], _account(user_id))
        except (InvalidTag, ValueError):
            continue
    raise UnreadableKey(f"The key of the second factor of user {user_id} cannot be read with this secret key.")


def is_encrypted(key: str) -> bool:
    return key.startswith(PREFIX)


def _account(user_id: int) -> bytes:
    return str(user_id).encode()


def _cipher(secret: str) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"accounts.second_factor_keys")
    return AESGCM(derived.derive(secret.encode()))
