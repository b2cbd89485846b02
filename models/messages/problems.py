from pydantic import BaseModel, ConfigDict, Field


class FieldProblem(BaseModel):
    """One thing wrong in a request: a JSON pointer into its body, or the name of a parameter."""

    pointer: str | None = Field(None, examples=["/steps/3/run_minutes"])
    parameter: str | None = Field(None, examples=["limit"])
    location: str | None = Field(None, alias="in", examples=["query"])
    detail: str


class ProblemDocument(BaseModel):
    """RFC 9457: what went wrong, in words and for programs. Kinds may add members such as `shortages` or `faults`."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Address of a page that explains the kind", examples=["/problems/stale-version"])
    title: str
    status: int
    detail: str
    instance: str
    trace_id: str | None = None
    errors: list[FieldProblem] = []
