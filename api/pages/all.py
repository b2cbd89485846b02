"""Every feature's pages, for the app to include."""

from fastapi import APIRouter

from api.pages.access import invitations, passwords, sign_up
from api.pages.access import routes as access
from api.pages.dashboard import routes as dashboard
from api.pages.frame import assets
from api.pages.jobs import routes as jobs
from api.pages.orders import routes as orders
from api.pages.station import routes as station
from api.pages.templates import editing as template_editing
from api.pages.templates import exchange as template_files
from api.pages.templates import reckoning as template_reckoning
from api.pages.templates import routes as templates
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
    template_files.router,
    templates.router,
    template_reckoning.router,
    template_editing.router,
)
