"""What the pages of templates have in common: their looks, and the versions of a product."""

from typing import Any

from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api.pages.frame.screen import Screen
from api.pages.templates.words import template_look
from models.messages.template_library import TemplateFilters
from models.messages.templates import TemplateView
from models.records import templates as records
from models.rules.access import Permission


def versions(session: Session, view: TemplateView) -> list[TemplateView]:
    """Return the product's versions, newest first."""
    found = records.templates(session, TemplateFilters(product=view.product_sku, limit=50)).items
    return sorted(found, key=lambda one: -one.version_number)


def shown(screen: Screen, template: str, status: int = 200, **facts: Any) -> HTMLResponse:  # noqa: ANN401 - a page's facts
    """Show a page of templates; `sees_costs` tells it whether the person may see money."""
    sees_costs = screen.may(Permission.COSTS_READ)
    return screen.show(template, status, template_look=template_look, sees_costs=sees_costs, **facts)
