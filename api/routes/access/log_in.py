from datetime import timedelta
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlmodel import Session

from api import cookies
from api.deps import PUBLIC, NotSignedIn, SignedIn
from api.errors import Problem, documented
from api.in_person import InPerson
from api.limits import credentials_limited
from api.routing import feature
from api.tokens import issue
from models.connections.postgres import begin, read, unbound
from models.connections.settings import settings
from models.messages.access import Actor, Ended, LoggedIn, LogIn, Refresh, Sessions, UserView
from models.records import audit
from models.records.access import log_in as records
from models.records.access import sessions
from models.records.access.second_factor import check_second_factor
from models.records.access.who import who_is
from models.records.refusals import Missing
from models.rules.tenants import tenant_named

router = feature("access", "/auth")
LIMITED = [PUBLIC, Depends(credentials_limited)]


def user_view(actor: Actor) -> UserView:
    """Return a person as they see themselves."""
    permissions = tuple(sorted(actor.permissions))
    return UserView(
        id=actor.user_id, tenant_id=actor.tenant_id, username=actor.username, display_name=actor.display_name,
        role=actor.role, permissions=permissions, second_factor_setup_needed=actor.second_factor_setup_needed,
    )  # fmt: skip


def factory_of(request: Request, named: str | None) -> UUID | None:
    """Return the factory a log-in is meant for: the one it names, else the one whose address was called."""
    host = request.url.hostname or ""
    slug = named or tenant_named(host, settings().factoryos_domain)
    if slug is None and settings().factoryos_mode == "saas":
        return None
    return records.tenant_of(slug)


def logged_in(opened: sessions.Opened) -> LoggedIn:
    """Return the answer to a successful log-in of a program: both tokens, and who it is."""
    token, expires_at = issue(opened.id, opened.user_id)
    return LoggedIn(
        access_token=token, expires_at=expires_at, refresh_token=f"{opened.id.hex}.{opened.secret}",
        refresh_expires_at=opened.expires_at, user=user_view(_actor(opened)),
    )  # fmt: skip


def logged_in_by_cookie(request: Request, response: Response, opened: sessions.Opened) -> LoggedIn:
    """Give the browser its cookie, and return the answer without any token."""
    cookies.set_cookie(request, response, opened)
    return LoggedIn(
        access_token=None, expires_at=opened.expires_at, refresh_token=None, refresh_expires_at=opened.expires_at,
        user=user_view(_actor(opened)),
    )  # fmt: skip


def at_station(opened: sessions.Opened) -> LoggedIn:
    """Return the answer to a log-in at a station: one token for the whole shift, and none to renew it with."""
    token, expires_at = issue(opened.id, opened.user_id, opened.expires_at)
    return LoggedIn(
        access_token=token, expires_at=expires_at, refresh_token=None, refresh_expires_at=opened.expires_at,
        user=user_view(_actor(opened)),
    )  # fmt: skip


def _actor(opened: sessions.Opened) -> Actor:
    with unbound() as connection:
        holder = who_is(connection, opened.id)
    if holder is None:
        raise NotSignedIn("This log-in ended before it was answered; log in again.")
    return holder.actor()


# A `def`: hashing a password takes a good part of a second, so it runs in a thread.
@router.post(
    "/login", summary="Log in", dependencies=LIMITED,
    responses=documented("log-in-refused", "second-factor-needed", "too-many-tries", "too-many-requests"),
)  # fmt: skip
def log_in(credentials: LogIn, request: Request, response: Response) -> LoggedIn:
    """Begin a session for a name and password. A wrong name takes as long as a wrong password."""
    response.headers["Cache-Control"] = "no-store"
    tenant_id = factory_of(request, credentials.tenant)
    person = records.prove(tenant_id, credentials.username, credentials.password.get_secret_value())
    if person.second_factor:
        given = credentials.second_factor
        check_second_factor(person, given.get_secret_value() if given else None)
    with begin(person.tenant_id) as session:
        opened = come_in(session, person, cookie=credentials.cookie)
    return answered(request, response, opened, cookie=credentials.cookie)


def come_in(session: Session, person: records.Person, *, cookie: bool) -> sessions.Opened:
    """Open the session that was asked for: a browser's for one shift, or a program's that is renewed by refreshing."""
    if cookie:
        return records.come_in(session, person, kind="browser", life=shift())
    return records.come_in(session, person, kind="api", life=_program_life())


def answered(request: Request, response: Response, opened: sessions.Opened, *, cookie: bool) -> LoggedIn:
    """Return the answer to a successful log-in, as it was asked for."""
    response.headers["Cache-Control"] = "no-store"
    return logged_in_by_cookie(request, response, opened) if cookie else logged_in(opened)


def shift() -> timedelta:
    """Return how long a log-in in a browser or at a station lasts."""
    return timedelta(hours=settings().factoryos_shift_hours)


def _program_life() -> timedelta:
    return timedelta(days=settings().factoryos_session_days)


@router.post(
    "/refresh", summary="Get the next access token", dependencies=LIMITED,
    responses=documented("not-signed-in", "too-many-requests"),
)  # fmt: skip
def refresh_session(asked: Refresh, response: Response) -> LoggedIn:
    """Exchange the refresh token for a new pair. One that comes back a second time ends the session: it was stolen."""
    response.headers["Cache-Control"] = "no-store"
    identity, _, secret = asked.refresh_token.get_secret_value().partition(".")
    try:
        session_id = UUID(hex=identity)
    except ValueError as error:
        raise NotSignedIn("This is not a refresh token of ours.") from error
    with unbound() as connection:
        holder = who_is(connection, session_id)
    if holder is None:
        raise NotSignedIn("This session has ended; log in again.")
    try:
        with begin(holder.tenant_id) as session:
            opened = sessions.refresh(session, session_id, secret, _program_life())
            if opened is None:
                audit.record(
                    session, tenant_id=holder.tenant_id, action="access:refresh_token_reused", module="access",
                    actor_id=holder.user_id, subject_id=holder.user_id, refused=True,
                    after={"session": str(session_id)},
                )  # fmt: skip
    except sessions.RefreshRefused as refusal:
        raise NotSignedIn("This refresh token is not valid; log in again.") from refusal
    if opened is None:
        raise NotSignedIn("This refresh token was used before; the session was ended for safety. Log in again.")
    return logged_in(opened)


@router.post("/logout", summary="Log out", status_code=204, responses=documented("conflict"))
def log_out(actor: SignedIn, request: Request, response: Response) -> None:
    """End this session; an API key has none and is revoked instead."""
    if actor.session_id is None:
        raise Problem("conflict", "An API key is not logged out; revoke it with DELETE /api/v1/keys/{key_id}.")
    cookies.clear_cookie(request, response)
    with begin(actor.tenant_id) as session:
        sessions.end(session, actor.session_id, "logged out")
        _note_end(session, actor, 1)


@router.post("/logout-everywhere", summary="Log out everywhere", responses=documented("forbidden"))
def log_out_everywhere(actor: InPerson, request: Request, response: Response) -> Ended:
    """End every session of this person on every device, this one included, at once."""
    cookies.clear_cookie(request, response)
    with begin(actor.tenant_id) as session:
        ended = sessions.end_all(session, actor.user_id, "logged out everywhere")
        _note_end(session, actor, ended)
    return Ended(sessions=ended)


@router.get("/sessions", summary="Where am I logged in", responses=documented("forbidden"))
def list_sessions(actor: InPerson) -> Sessions:
    """Return every open session of this person."""
    with read(actor.tenant_id) as session:
        return Sessions(items=sessions.open_sessions(session, actor.user_id, actor.session_id))


@router.delete(
    "/sessions/{session_id}", summary="End one session", status_code=204, responses=documented("forbidden", "not-found")
)
def end_session(session_id: UUID, actor: InPerson) -> None:
    """End one of this person's sessions, for instance on a device that was lost."""
    with begin(actor.tenant_id) as session:
        own = {each.id for each in sessions.open_sessions(session, actor.user_id, actor.session_id)}
        if session_id not in own or not sessions.end(session, session_id, "ended by its owner"):
            raise Missing("session", session_id)
        _note_end(session, actor, 1)


def _note_end(session: Session, actor: Actor, count: int) -> None:
    audit.record(
        session, tenant_id=actor.tenant_id, action="access:logged_out", module="access", actor_id=actor.user_id,
        subject_id=actor.user_id, after={"sessions": count},
    )  # fmt: skip


@router.get("/me", summary="Who am I")
async def get_me(actor: SignedIn) -> UserView:
    """Return the person behind the credential and what they may do."""
    return user_view(actor)
