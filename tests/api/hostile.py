"""What people send who mean harm: words that other programs took for orders, and credentials nobody gave out."""

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from api.tokens import AUDIENCE
from models.connections.settings import settings

WORDS: dict[str, tuple[str, ...]] = {
    "SQL": (
        "' OR '1'='1",
        "'; DROP TABLE orders; --",
        "1; SELECT pg_sleep(30)",
        "' UNION SELECT password_hash FROM users --",
        "x' AND (SELECT 1 FROM pg_sleep(30)) IS NULL --",
        "%' OR ''='",
        "\\'; COPY users TO '/tmp/x'; --",
        "$$;SELECT 1;$$",
    ),
    "document query": ('{"$gt": ""}', '{"$where": "sleep(30000)"}', "[$ne]=x", "';return true;//"),
    "template": (
        "{{31337*271828}}",
        "${31337*271828}",
        "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
        "#{31337*271828}",
        "{{ self.__init__.__globals__ }}",
        "<%= 31337*271828 %>",
    ),
    "page": (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "javascript:alert(1)",
        "<svg/onload=alert(1)>",
        "</title><script>x</script>",
    ),
    "header": ("x\r\nX-Injected: yes", "x\nSet-Cookie: factoryos=stolen", "%0d%0aX-Injected:%20yes"),
    "path": (
        "../../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "....//....//etc/passwd",
        "/etc/passwd%00.png",
        "file:///etc/passwd",
        "C:\\Windows\\win.ini",
    ),
    "shell": ("$(touch /tmp/owned)", "`id`", "| cat /etc/passwd", "; curl http://169.254.169.254/"),
    "unicode": (
        "\u202eadmin",
        "\u0430dmin",  # a Cyrillic a
        "ad\u200bmin",
        "\uff21\uff24\uff2d\uff29\uff2e",  # full-width letters
        "admin\u0000",
        "\ufb00" * 50,
        "\u0130" * 60,
        "\ufeffadmin",
        "a\u0301" * 60,
        "\U0001f4a9" * 64,
    ),
    "number": (
        "1e400", "-0", "0x10", "\uff11\uff12", "1_000", "NaN", "99999999999999999999", "1.0000000000000001",
    ),
    "size": ("x" * 5_000, "(" * 2_000, "%" * 3_000, "_" * 3_000),
}  # fmt: skip
# What an answer must never hold: a sum that a template worked out, or a word of the machinery behind.
TELLTALES = (
    str(31337 * 271828),
    "Traceback",
    "psycopg",
    "sqlalchemy",
    "jinja2",
    "SyntaxError",
    "root:x:0",
    "argon2id$",
)


def tokens(session_id: str, user_id: str, tenant_id: str) -> Iterator[tuple[str, str]]:
    """Names and bearer credentials, each forged in its own way from what a user of ours could know."""
    now = datetime.now(UTC)
    claims = {
        "sid": session_id, "sub": user_id, "aud": AUDIENCE, "iat": int(now.timestamp()),
        "exp": int((now + timedelta(hours=1)).timestamp()),
    }  # fmt: skip
    secret = settings().factoryos_secret_key.get_secret_value()
    good = _signed(claims, secret)
    head, body, mark = good.split(".")
    for name, algorithm in (("none", "none"), ("None", "None"), ("nOnE", "nOnE"), ("empty", "")):
        yield f"algorithm {name}", f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{body}."
        yield f"algorithm {name} with a signature", f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{body}.{mark}"
    for algorithm in ("HS384", "HS512"):
        yield f"our secret by {algorithm}", _signed(claims, secret, algorithm)
    pair = RSAKey.generate_key(2048)
    public = pair.as_pem(private=False).decode()
    yield "a public key taken for the secret", _with_header({"alg": "HS256"}, claims, public)
    yield "signed by a stranger's RSA key", jwt.encode({"alg": "RS256"}, claims, pair, algorithms=["RS256"])
    yield (
        "a key that the header brings along",
        _with_header({"alg": "HS256", "jwk": {"kty": "oct", "k": _b64(b"k" * 32)}}, claims, "k" * 32),
    )
    for kid in ("../../../../dev/null", "' UNION SELECT 'x' --", "http://127.0.0.1:1/key"):
        yield f"a key id {kid}", _with_header({"alg": "HS256", "kid": kid}, claims, "x" * 32)
    for guess in ("secret" * 6, "changeme" * 5, "factoryos" * 4, " " * 32):
        yield f"a guessed secret {guess[:9]}", _signed(claims, guess)
    for changes in (
        {"sid": str(uuid4())}, {"sid": tenant_id}, {"exp": 1}, {"aud": "other"}, {"sid": "' OR 1=1"},
        {"sid": [session_id, session_id]}, {"sid": {"$ne": None}}, {"nbf": 2**60}, {"exp": "never"}, {"exp": None},
    ):  # fmt: skip
        yield f"ours but for {next(iter(changes))}", _signed({**claims, **changes}, secret)
    yield "its own head and another's body", f"{head}.{_part({**claims, 'sid': str(uuid4())})}.{mark}"
    yield "its signature cut short", good[:-4]
    yield "its signature reversed", f"{head}.{body}.{mark[::-1]}"
    for key in (
        "fos_",
        "fos_x_y",
        f"fos_{uuid4().hex}_",
        f"fos_{session_id.replace('-', '')}_{'x' * 43}",
        "fos_" + "0" * 5000,
    ):
        yield f"a made-up key {key[:12]}", key
    yield "a session's id", session_id
    yield "a user's id", user_id


def _signed(claims: dict[str, Any], secret: str, algorithm: str = "HS256") -> str:
    return jwt.encode({"alg": algorithm}, claims, OctKey.import_key(secret), algorithms=[algorithm])


def _with_header(header: dict[str, Any], claims: dict[str, Any], secret: str) -> str:
    """A token with a header that careful libraries do not write."""
    signed = f"{_part(header)}.{_part(claims)}"
    return f"{signed}.{_b64(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def _part(content: dict[str, Any]) -> str:
    return _b64(json.dumps(content).encode())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
