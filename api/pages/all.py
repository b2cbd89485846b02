"""Every feature's pages, for the app to include."""

from fastapi import APIRouter

from api.pages.access import invitations, passwords, sign_up
from api.pages.access import routes as access
from api.pages.dashboard import routes as dashboard
from api.pages.frame import assets
from api.pages.jobs import routes as jobs
from api.pages.notifications import routes as notifications
from api.pages.orders import routes as orders
from api.pages.search import routes as search
from api.pages.station import routes as station
from api.pages.system import audit, exceptions, health, settings, webhooks
from api.pages.walls import routes as walls
from api.pages.work_orders import routes as work_orders

PAGES: tuple[APIRouter, ...] = (
    assets.router,
    access.router,
    invitations.router,
    passwords.router,
    sign_up.router,
    dashboard.router,
    orders.router,
    jobs.router,
    work_orders.router,
    station.router,
    search.router,
    notifications.router,
    walls.router,
    audit.router,
    exceptions.router,
    health.router,
    settings.router,
    webhooks.router,
)
