"""Every feature's pages, for the app to include."""

from fastapi import APIRouter

from api.pages.access import invitations, passwords, sign_up
from api.pages.access import routes as access
from api.pages.dashboard import routes as dashboard
from api.pages.figures import routes as figures
from api.pages.filters import routes as filters
from api.pages.frame import assets
from api.pages.jobs import routes as jobs
from api.pages.manufacturing_orders import routes as manufacturing_orders
from api.pages.orders import routes as orders
from api.pages.station import routes as station
from api.pages.traveller import routes as traveller
from api.pages.work_orders import routes as work_orders

PAGES: tuple[APIRouter, ...] = (
    assets.router,
    access.router,
    invitations.router,
    passwords.router,
    sign_up.router,
    dashboard.router,
    figures.router,
    traveller.router,
    orders.router,
    manufacturing_orders.router,
    jobs.router,
    work_orders.router,
    station.router,
    filters.router,
)
