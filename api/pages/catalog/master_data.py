"""Master data in pages: list, add, change, retire. A kind of thing is described, its routes follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api.deps import MayEditCatalog, requires
from api.pages.frame.asking import filters_of
from api.pages.frame.entering import WRONG, Entry, TheEntry, faults_of, message_of, status_of
from api.pages.frame.screen import Screen, TheScreen
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.base import Message
from models.messages.catalog import Versioned
from models.messages.paging import Page, PageRequest
from models.records.refusals import Missing, Refusal, Stale
from models.rules.access import Permission

Draft = TypeVar("Draft", bound=Message)
View = TypeVar("View", bound=Versioned)
Filters = TypeVar("Filters", bound=PageRequest)


@dataclass(frozen=True, slots=True)
class Told:
    """What is said after each act; %(name)s is the thing's code."""

    made: str
    changed: str
    retired: str
    restored: str


@dataclass(frozen=True, slots=True)
class Kind(Generic[Draft, View, Filters]):
    """One kind of master data: where it lives, what people write of it, and the record functions behind it."""

    path: str
    parameter: str
    template: str  # "catalog/part": its list is catalog/part_list.html, its form catalog/part_form.html
    reads: Permission
    code: str  # the field that names it for ever
    kept: tuple[str, ...]  # fields that a change leaves alone
    draft: type[Draft]
    filters: type[Filters]
    listed: Callable[[Session, Filters], Page[View]]
    read: Callable[[Session, UUID], View]
    create: Callable[[Session, Actor, Draft], View]
    change: Callable[[Session, Actor, UUID, Draft, int], View]
    retire: Callable[[Session, Actor, UUID, int], View]
    told: Told
    around: Callable[[Session], Mapping[str, Any]] = lambda _: {}  # what its form has to choose from

    def address(self, view: View) -> str:
        """Return where a thing is shown."""
        return f"{self.path}/{view.id}"

    def name(self, view: View) -> str:
        """Return a thing's code."""
        return str(getattr(view, self.code))

    def draft_of(self, view: View, **changes: Any) -> Draft:  # noqa: ANN401 - any field
        """Return a thing as it would be written, with some fields changed."""
        return self.draft.model_validate(view.model_dump(include=set(self.draft.model_fields)) | changes)


def subject(request: Request) -> UUID:
    """Return the id in the address. Raises Missing."""
    text = str(next(iter(request.path_params.values())))
    try:
        return UUID(text)
    except ValueError as error:
        raise Missing("thing", text[:100]) from error


Subject = Annotated[UUID, Depends(subject)]


def register(router: APIRouter, kind: Kind[Draft, View, Filters]) -> None:
    """Add the list and the forms of a kind to a router; the page of one thing is the feature's own."""
    _register_list(router, kind)
    _register_new(router, kind)
    _register_change(router, kind)
    _register_use(router, kind)


def _register_list(router: APIRouter, kind: Kind[Draft, View, Filters]) -> None:
    def get_list(
        screen: TheScreen,
        actor: Annotated[Actor, Depends(requires(kind.reads))],
        filters: Annotated[Filters, Depends(filters_of(kind.filters))],
    ) -> HTMLResponse:
        with read(actor.sight) as session:
            found, around = kind.listed(session, filters), kind.around(session)
        return screen.show(f"{kind.template}_list.html", found=found, filters=filters, **around)

    router.get(kind.path)(get_list)


def _register_new(router: APIRouter, kind: Kind[Draft, View, Filters]) -> None:
    def get_new(screen: TheScreen, actor: MayEditCatalog) -> HTMLResponse:
        return _form(screen, actor, kind, dict(screen.request.query_params))

    def post_new(screen: TheScreen, actor: MayEditCatalog, entry: TheEntry) -> Response:
        try:
            draft = message_of(kind.draft, entry, active=True)
            made = entry.once(actor, draft, lambda session: kind.create(session, actor, draft))
        except WRONG as fault:
            return _form(screen, actor, kind, entry.values, fault=fault)
        return screen.go(f"{kind.path}/{made['id']}", said=screen.words(kind.told.made, name=made[kind.code]))

    router.get(f"{kind.path}/new")(get_new)
    router.post(kind.path)(post_new)


def _register_change(router: APIRouter, kind: Kind[Draft, View, Filters]) -> None:
    path = f"{kind.path}/{{{kind.parameter}}}"

    def get_edit(screen: TheScreen, identity: Subject, actor: MayEditCatalog) -> HTMLResponse:
        with read(actor.sight) as session:
            view = kind.read(session, identity)
        return _form(screen, actor, kind, _texts(screen, kind.draft_of(view)), view=view)

    def post_edit(screen: TheScreen, identity: Subject, actor: MayEditCatalog, entry: TheEntry) -> Response:
        with read(actor.sight) as session:
            view = kind.read(session, identity)
        kept = {name: getattr(view, name) for name in (kind.code, *kind.kept, "active")}
        try:
            draft = message_of(kind.draft, entry, **kept)
            with begin(actor.sight) as session:
                after = kind.change(session, actor, identity, draft, entry.version)
        except WRONG as fault:
            return _form(screen, actor, kind, entry.values, fault=fault, view=view)
        return screen.go(kind.address(after), said=screen.words(kind.told.changed, name=kind.name(after)))

    router.get(f"{path}/edit")(get_edit)
    router.post(f"{path}/edit")(post_edit)


def _register_use(router: APIRouter, kind: Kind[Draft, View, Filters]) -> None:
    def post_use(screen: TheScreen, identity: Subject, actor: MayEditCatalog, entry: TheEntry) -> Response:
        again = bool(entry.get("active"))
        with read(actor.sight) as session:
            view = kind.read(session, identity)
        try:
            with begin(actor.sight) as session:
                if again:
                    kind.change(session, actor, identity, kind.draft_of(view, active=True), entry.version)
                else:
                    kind.retire(session, actor, identity, entry.version)
        except Refusal as refusal:
            return screen.go(kind.address(view), said=screen.why(refusal), kind="bad")
        told = kind.told.restored if again else kind.told.retired
        return screen.go(kind.address(view), said=screen.words(told, name=kind.name(view)))

    router.post(f"{kind.path}/{{{kind.parameter}}}/use")(post_use)


def _form(  # noqa: PLR0913 - what a form is drawn from
    screen: Screen,
    actor: Actor,
    kind: Kind[Draft, View, Filters],
    values: Mapping[str, str],
    *,
    view: View | None = None,
    fault: Exception | None = None,
) -> HTMLResponse:
    """Show a form; after somebody else's change with what is stored now beside what was written."""
    with read(actor.sight) as session:
        around = kind.around(session)
    faults = {} if fault is None else faults_of(screen, fault, kind.code)
    stored = _texts(screen, kind.draft_of(view)) if view is not None else {}
    differs = {name: text for name, text in stored.items() if name in values and values[name].strip() != text}
    return screen.show(
        f"{kind.template}_form.html", 200 if fault is None else status_of(fault), form=values, faults=faults,
        present=view, stored=differs if isinstance(fault, Stale) else {}, **around,
    )  # fmt: skip


def _texts(screen: Screen, draft: Message) -> dict[str, str]:
    """Return a draft as the fields of its form hold it."""
    content = draft.model_dump()
    return {name: _text(screen, value) for name, value in content.items() if value is not None and value is not False}


def _text(screen: Screen, value: object) -> str:
    return screen.formats.plain(value) if hasattr(value, "as_tuple") else str(value)  # type: ignore[arg-type]  # a Decimal


__all__ = ["Entry", "Kind", "Subject", "Told", "register"]
