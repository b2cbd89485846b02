"""The smallest body a route takes, made from its description: enough to get past the shape and reach the deed."""

from typing import Any

from fastapi.routing import APIRoute

WORDS = {
    "uuid": "0190f5fe-0000-7000-8000-000000000000",
    "date-time": "2027-01-01T12:00:00Z",
    "password": "a long secret word",
    "uri": "https://example.com/x",
    "email": "somebody@example.com",
    "binary": "x",
}
# Where a pattern or a rule says more than the schema's type.
BY_NAME = {"time_zone": "UTC", "language": "en", "slug": "somewhere", "username": "somebody", "yaml": "product: X",
           "pin": "8264", "code": "123456", "token": "x" * 43, "url": "https://example.com/x"}  # fmt: skip


# Where a body must make sense as a whole.
WHOLE = {
    "ChangeOrder": {"priority": 1, "reason": "x"},
    "TemplateDocument": {
        "product": "LAMP", "title": "x",
        "steps": [{"key": "a", "name": "a", "work_center": "ASSY", "run_minutes": "1"}],
    },
}  # fmt: skip


# What the forms of pages have in common; a page looks for its subject before it reads the rest.
PAGE_FORM = {"key": "a-key-of-a-form-drawn-once", "reason": "x", "action": "hold", "version": "1", "edit": "{}"}


def body_of(route: APIRoute, document: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments for a request with the smallest body the OpenAPI document allows."""
    method = next(iter(route.methods - {"HEAD"})).lower()
    if method == "post" and route.path not in document["paths"]:
        return {"data": PAGE_FORM}
    operation = document["paths"].get(route.path, {}).get(method, {})
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        return {"files": {"file": ("x.png", b"\x89PNG\r\n\x1a\n", "image/png")}}
    if "application/json" not in content:
        return {}
    return {"json": example(content["application/json"]["schema"], document)}


def example(schema: dict[str, Any], document: dict[str, Any], name: str = "") -> Any:
    """The smallest value of a JSON schema."""
    if "$ref" in schema:
        called = schema["$ref"].rsplit("/", 1)[-1]
        return WHOLE.get(called.removesuffix("-Input")) or example(
            document["components"]["schemas"][called], document, name
        )
    if "discriminator" in schema:
        told = schema["discriminator"]
        word, chosen = next(iter(told["mapping"].items()))
        return {told["propertyName"]: word} | example({"$ref": chosen}, document, name)
    for union in ("anyOf", "oneOf", "allOf"):
        if union in schema:
            return example(schema[union][0], document, name)
    if schema.get("type") == "object":
        return {key: example(schema["properties"][key], document, key) for key in schema.get("required", [])}
    if schema.get("type") == "array":
        return [example(schema.get("items", {}), document, name)] * schema.get("minItems", 0)
    return _scalar(schema, name)


def _scalar(schema: dict[str, Any], name: str) -> Any:
    chosen = [schema.get("const"), *schema.get("enum", ()), *schema.get("examples", ())]
    if any(each is not None for each in chosen):
        return next(each for each in chosen if each is not None)
    match schema.get("type"):
        case "integer" | "number":
            return max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
        case "string":
            return BY_NAME.get(name) or WORDS.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
    return None
