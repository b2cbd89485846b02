from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import Api

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


def _upload(api: Api, content: bytes, name: str = "photo.png", **headers: str) -> Any:
    sent = api.factory.headers(api.role, **({"idempotency_key": str(uuid4())} | headers))
    return api.client.post("/api/v1/files", files={"file": (name, content, "text/html")}, headers=sent)


def test_a_picture_comes_back_as_it_was_and_only_as_a_download(api: Api) -> None:
    made = _upload(api, PNG, "Größe/..\\1.png")
    assert made.status_code == 201, made.text
    assert made.json()["media_type"] == "image/png"
    answer = api.get(f"/files/{made.json()['id']}")
    assert answer.content == PNG
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "/" not in made.json()["name"]


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"<html>", b"MZ\x90", b"GIF8", b"x" * 1000])
def test_the_content_decides_what_is_taken(api: Api, content: bytes) -> None:
    refused = _upload(api, content)
    assert (refused.status_code, refused.json()["type"]) == (415, "/problems/unsupported-media")


def test_more_than_five_megabytes_is_refused(api: Api) -> None:
    assert _upload(api, PNG + b"x" * 4_999_900).status_code == 201
    assert _upload(api, PNG + b"x" * 5_000_000).status_code == 413
    assert _upload(api, PNG + b"x" * 9_000_000).status_code == 413


def test_the_same_upload_twice_is_one_file(api: Api) -> None:
    first = _upload(api, PNG, idempotency_key="k")
    assert _upload(api, PNG, idempotency_key="k").json() == first.json()
    assert _upload(api, PNG + b"more", idempotency_key="k").status_code == 422


def test_another_factory_cannot_fetch_it(api: Api, stranger: Api) -> None:
    made = _upload(api, PNG).json()
    assert stranger.get(f"/files/{made['id']}").status_code == 404
