"""Server time of every page and of every part of a page, with years of business in the database."""

import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from urllib.parse import urljoin

from fastapi.testclient import TestClient

from api.app import create_app
from deploy.bench import crowd
from deploy.bench.figures import Figure
from deploy.bench.statements import counted
from deploy.pages import Place, Seer, addresses, links_of, places
from deploy.people import PEOPLE
from deploy.seed import SLUG, seed_demo_factory
from deploy.stack.plan import Plan
from models.connections.postgres import begin
from models.records.access import sessions
from models.records.access.log_in import tenant_of
from models.records.access.users import named

GOAL_MILLISECONDS = 60
LOOKERS = {"maria": "manager", "tom": "technician", "ivan": "inventory", "carla": "customer", "victor": "viewer",
           "ada": "admin"}  # fmt: skip
_OK = 200


_SHARED_SECONDS = 1.1  # what several screens share is older than that, and made anew
_FEW, _MOST_VARIANTS = 5, 8
_SEARCH = re.compile(r'<input class="form-control[^>]* name="q"')  # a list's own, not the search over everything


@dataclass(frozen=True, slots=True)
class Timed:
    """One page as one person sees it; `statements` where nothing was shared, and `what` tells of a variant."""

    role: str
    milliseconds: float
    statements: int
    what: str = ""

    def __str__(self) -> str:
        return f"{self.role} {self.milliseconds:.0f} ms/{self.statements} SQL{self.what}"


def measure(plan: Plan, times: int) -> list[Figure]:
    """Fill the database and return the median of each page for the role for which it is slowest."""
    seed_demo_factory()
    print(f"Filling in {crowd.ORDERS:,} orders ...", file=sys.stderr)
    crowd.fill(plan)
    with TestClient(create_app(), base_url="http://bench.test", follow_redirects=False) as client:
        cookies = {person.username: _cookie(person.username) for person in PEOPLE}
        known = places()
        found = addresses([_seer(client, cookies["ada"]), _seer(client, cookies["tom"])], known)
        return [_figure(place, found[place], client, cookies, times) for place in known if _is_read(place, found)]


def _is_read(place: Place, found: Iterable[Place]) -> bool:
    return place in set(found) and not place.is_public


def _figure(place: Place, address: str, client: TestClient, cookies: dict[str, str], times: int) -> Figure:
    seen = list(_seen(address, client, cookies, times))
    if not seen:
        return Figure("pages", place.path, 0, "ms", note="leads elsewhere")
    slowest = max(seen, key=lambda each: each.milliseconds)
    note = ", ".join(map(str, seen))
    print(f"  {place.path}: {note}", file=sys.stderr)
    return Figure("pages", place.path, slowest.milliseconds, "ms", at_most=GOAL_MILLISECONDS, note=note)


def _seen(address: str, client: TestClient, cookies: dict[str, str], times: int) -> Iterator[Timed]:
    """Yield the page as each person sees it, and its slowest filter, order or further page as the first of them."""
    variants: list[str] = []
    for user, role in LOOKERS.items():
        cookie = cookies[user]
        page = _seer(client, cookie)(address)
        if page is None:
            continue
        yield _timed(role, address, client, cookie, times)
        if not variants:
            variants = _variants(address, page)
            timed = [(_timed(role, one, client, cookie, _FEW), one.partition("?")[2]) for one in variants]
            for slowest, asked in sorted(timed, key=lambda each: -each[0].milliseconds)[:1]:
                yield replace(slowest, what=f" by {asked[:60]}")


def _variants(address: str, page: str) -> list[str]:
    """Return other ways to read the same list that the page itself offers, and a search where it has one."""
    offered = [urljoin(address, link.partition("#")[0]) for link in links_of(page)]
    found = [link for link in dict.fromkeys(offered) if link.partition("?")[0] == address and "?" in link]
    return [*found[:_MOST_VARIANTS], *([f"{address}?q=99"] if _SEARCH.search(page) else [])]


def _timed(role: str, address: str, client: TestClient, cookie: str, times: int) -> Timed:
    with counted() as first:
        _asked(client, address, cookie)
    with counted() as second:
        _asked(client, address, cookie)
    taken = []
    for _ in range(min(times, _FEW) if len(second) < len(first) else times):
        if len(second) < len(first):
            time.sleep(_SHARED_SECONDS)
        taken.append(_asked(client, address, cookie))
    return Timed(role, median(taken), max(len(first), len(second)))


def _asked(client: TestClient, address: str, cookie: str) -> float:
    client.cookies.clear()
    began = time.perf_counter()
    client.get(address, headers={"accept": "text/html", "cookie": cookie}).raise_for_status()
    return (time.perf_counter() - began) * 1000


def _seer(client: TestClient, cookie: str) -> Seer:
    def see(address: str) -> str | None:
        client.cookies.clear()
        answer = client.get(address, headers={"accept": "text/html", "cookie": cookie})
        return answer.text if answer.status_code == _OK and "html" in answer.headers["content-type"] else None

    return see


def _cookie(username: str) -> str:
    tenant_id = tenant_of(SLUG)
    if tenant_id is None:
        raise LookupError("The demo factory is missing.")
    with begin(tenant_id) as session:
        person = named(session, username)
        if person is None:
            raise LookupError(f"There is no {username}.")
        opened = sessions.open_session(
            session, tenant_id=tenant_id, user_id=person.id, kind="browser", life=timedelta(days=1)
        )
    return f"factoryos={opened.id.hex}.{opened.secret}"
