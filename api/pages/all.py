"""Every feature's pages, for the app to include."""

from fastapi import APIRouter

from api.pages.access import invitations, passwords, sign_up
from api.pages.access import routes as access
from api.pages.boms import routes as boms
from api.pages.calls import routes as calls
from api.pages.catalog import parts, products, suppliers, work_centers
from api.pages.dashboard import routes as dashboard
from api.pages.figures import routes as figures
from api.pages.filters import routes as filters
from api.pages.frame import assets
from api.pages.imports import routes as imports
from api.pages.jobs import routes as jobs
from api.pages.keys import routes as keys
from api.pages.licensing import routes as licensing
from api.pages.manufacturing_orders import routes as manufacturing_orders
from api.pages.notifications import routes as notifications
from api.pages.orders import routes as orders
from api.pages.profile import routes as profile
from api.pages.profile import second_factor
from api.pages.providers import routes as providers
from api.pages.roles import routes as roles
from api.pages.search import routes as search
from api.pages.skills import certificates
from api.pages.skills import routes as skills
from api.pages.station import door as station_door
from api.pages.station import routes as station
from api.pages.stations import routes as stations
from api.pages.stock import posting
from api.pages.stock import routes as stock
from api.pages.system import audit, exceptions, health, settings, webhooks
from api.pages.teams import routes as teams
from api.pages.templates import editing as template_editing
from api.pages.templates import exchange as template_files
from api.pages.templates import reckoning as template_reckoning
from api.pages.templates import routes as templates
from api.pages.traveller import routes as traveller
from api.pages.trust import routes as trust
from api.pages.users import changes as user_changes
from api.pages.users import invitations as user_invitations
from api.pages.users import routes as users
from api.pages.walls import routes as walls
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
    calls.router,
    orders.router,
    manufacturing_orders.router,
    jobs.router,
    work_orders.router,
    station_door.router,
    station.router,
    user_invitations.router,
    users.router,
    user_changes.router,
    teams.router,
    skills.router,
    certificates.router,
    roles.router,
    keys.router,
    stations.router,
    providers.router,
    profile.router,
    second_factor.router,
    filters.router,
    licensing.router,
    trust.router,
    stock.router,
    posting.router,
    products.router,
    parts.router,
    boms.router,
    suppliers.router,
    work_centers.router,
    imports.router,
    search.router,
    notifications.router,
    walls.router,
    audit.router,
    exceptions.router,
    health.router,
    settings.router,
    webhooks.router,
    template_files.router,
    templates.router,
    template_reckoning.router,
    template_editing.router,
)
