"""How states look on pages: a colour class, an icon and a word, always all three."""

from dataclasses import dataclass

from api.pages.frame.words import marked
from models.messages.bulk import Fate
from models.rules.access import Role
from models.rules.catalog import PartKind
from models.rules.commands import CommandState
from models.rules.forecasts import Standing
from models.rules.orders import ENDED, Status
from models.rules.stock import MoveKind
from models.rules.templates import TemplateStatus
from models.rules.work_orders import OPEN, WorkOrderState


@dataclass(frozen=True, slots=True)
class Look:
    """`kind` is the colour's class in parts.css, `word` is translated where shown."""

    kind: str
    icon: str
    word: str


HELD = Look("state-hold", "flag", marked("On hold"))
WORK_ORDERS = {
    WorkOrderState.WAITING: Look("state-waiting", "clock", marked("Waiting")),
    WorkOrderState.READY: Look("state-ready", "circle-dashed", marked("Ready")),
    WorkOrderState.IN_PROGRESS: Look("state-running", "player-play", marked("Running")),
    WorkOrderState.PAUSED: Look("state-paused", "player-pause", marked("Paused")),
    WorkOrderState.COMPLETED: Look("state-done", "check", marked("Done")),
    WorkOrderState.SKIPPED: Look("state-done", "player-skip-forward", marked("Skipped")),
    WorkOrderState.CANCELLED: Look("state-blocked", "x", marked("Cancelled")),
}
STATUSES = {
    Status.PLANNED: Look("state-waiting", "clock", marked("Planned")),
    Status.IN_PROGRESS: Look("state-running", "player-play", marked("In progress")),
    Status.ON_HOLD: HELD,
    Status.DONE: Look("state-done", "check", marked("Done")),
    Status.CANCELLED: Look("state-blocked", "x", marked("Cancelled")),
}
COMMANDS = {
    CommandState.PENDING: Look("state-paused", "clock", marked("Waiting to be decided")),
    CommandState.APPLIED: Look("state-done", "check", marked("Done")),
    CommandState.REFUSED: Look("state-blocked", "x", marked("Refused")),
}

STANDINGS = {
    Standing.ENDED: Look("state-done", "check", marked("Ended")),
    Standing.ON_TIME: Look("state-running", "circle-check", marked("On time")),
    Standing.BLOCKED: Look("state-paused", "hand-stop", marked("Something is in the way")),
    Standing.AT_RISK: Look("state-paused", "alert-triangle", marked("Will be late as it stands")),
    Standing.LATE: Look("state-blocked", "alert-triangle", marked("Late")),
}


def standing_look(standing: str) -> Look:
    """Return the look of how something stands against its date."""
    return STANDINGS[Standing(standing)]


FATES = {
    Fate.DONE: Look("state-done", "check", marked("Done")),
    Fate.REFUSED: Look("state-blocked", "x", marked("Refused")),
    Fate.LATER: Look("state-paused", "clock", marked("Waiting to be decided")),
}


def fate_look(fate: str) -> Look:
    """Return the look of what became of one of many."""
    return FATES[Fate(fate)]


def work_order_look(state: str, *, held: bool = False) -> Look:
    """Return the look of a work order; a hold shows instead of the state of what is still open."""
    found = WorkOrderState(state)
    return HELD if held and found in OPEN else WORK_ORDERS[found]


def status_look(status: str, *, held: bool = False) -> Look:
    """Return the look of an order or job."""
    return HELD if held and status not in ENDED else STATUSES[Status(status)]


KINDS = {
    PartKind.BOUGHT: Look("state-waiting", "package-import", marked("Bought")),
    PartKind.MADE: Look("state-waiting", "tools", marked("Made here")),
    PartKind.PHANTOM: Look("state-waiting", "hierarchy-2", marked("Phantom")),
}
MOVES = {
    MoveKind.RECEIPT: Look("state-waiting", "package-import", marked("Received")),
    MoveKind.ISSUE: Look("state-waiting", "package-export", marked("Used")),
    MoveKind.RETURN: Look("state-waiting", "arrow-back-up", marked("Given back")),
    MoveKind.PRODUCE: Look("state-waiting", "tools", marked("Made")),
    MoveKind.SCRAP: Look("state-waiting", "trash", marked("Scrapped")),
    MoveKind.ADJUST: Look("state-waiting", "adjustments", marked("Adjusted")),
    MoveKind.SHIP: Look("state-waiting", "truck-delivery", marked("Shipped")),
}
TEMPLATES = {
    TemplateStatus.DRAFT: Look("state-waiting", "pencil", marked("Draft")),
    TemplateStatus.PUBLISHED: Look("state-running", "check", marked("Published")),
    TemplateStatus.RETIRED: Look("state-done", "archive", marked("Retired")),
}


def kind_look(kind: str) -> Look:
    """Return the look of a kind of part."""
    return KINDS[PartKind(kind)]


def move_look(kind: str) -> Look:
    """Return the look of a movement of stock."""
    return MOVES[MoveKind(kind)]


def template_look(status: str) -> Look:
    """Return the look of a template version."""
    return TEMPLATES[TemplateStatus(status)]


ROLES = {
    Role.ADMIN: marked("administrator"),
    Role.MANAGER: marked("manager"),
    Role.INVENTORY_MANAGER: marked("inventory manager"),
    Role.TECHNICIAN: marked("technician"),
    Role.OUTSOURCED_TECHNICIAN: marked("outsourced technician"),
    Role.CUSTOMER: marked("customer"),
    Role.VIEWER: marked("viewer"),
    Role.DEVELOPER: marked("developer"),
}
_ROLE_WORDS = {role.value: words for role, words in ROLES.items()}


def role_words(role: str) -> str:
    """Return what a role is called; a role that the factory made bears its own name."""
    return _ROLE_WORDS.get(role, role)


def module_words(permission: str) -> str:
    """Return what the part of the house is called that a permission, such as `work_orders:pause`, speaks of."""
    return permission.partition(":")[0].replace("_", " ").capitalize()


# What has happened, as a job's timeline and the audit trail say it.
FACTS = {
    "jobs:opened": marked("The job began"),
    "jobs:finished": marked("The job was finished"),
    "jobs:ended_by_cancel": marked("The job ended, cancelled"),
    "jobs:held": marked("The job was put on hold"),
    "jobs:released": marked("The job was released"),
    "jobs:cancelled": marked("The job was cancelled"),
    "work_orders:assigned": marked("Given on"),
    "work_orders:started": marked("Started"),
    "work_orders:paused": marked("Paused"),
    "work_orders:resumed": marked("Resumed"),
    "work_orders:reported": marked("Pieces counted"),
    "work_orders:completed": marked("Completed"),
    "work_orders:skipped": marked("Skipped"),
    "work_orders:reworked": marked("Sent back for rework"),
    "work_orders:held": marked("Put on hold"),
    "work_orders:released": marked("Released"),
    "work_orders:cancelled": marked("Cancelled"),
    "work_orders:refused": marked("Refused"),
    "jobs:refused": marked("Refused for the whole job"),
    "access:logged_in": marked("Logged in"),
    "access:log_in_refused": marked("Log-in refused"),
    "audit:exported": marked("Audit trail taken along"),
    "audit:pruned": marked("Old audit entries let go"),
    "boms:imported": marked("Bill of materials imported"),
    "brand:changed": marked("Branding changed"),
    "files:uploaded": marked("File added"),
    "invitations:accepted": marked("Invitation accepted"),
    "invitations:created": marked("Somebody invited"),
    "keys:created": marked("API key made"),
    "keys:revoked": marked("API key revoked"),
    "orders:placed": marked("Order placed"),
    "parts:created": marked("Part added"),
    "parts:updated": marked("Part changed"),
    "products:created": marked("Product added"),
    "settings:changed": marked("Settings changed"),
    "stock:received": marked("Stock received"),
    "stock:adjusted": marked("Stock adjusted"),
    "suppliers:created": marked("Supplier added"),
    "templates:created": marked("Template drafted"),
    "templates:published": marked("Template published"),
    "templates:retired": marked("Template retired"),
    "tenants:signed_up": marked("Factory signed up"),
    "users:created": marked("Person added"),
    "users:updated": marked("Person changed"),
    "users:deactivated": marked("Person deactivated"),
    "walls:created": marked("Wall screen's link made"),
    "walls:revoked": marked("Wall screen's link revoked"),
    "webhooks:created": marked("Webhook added"),
    "webhooks:disabled": marked("Webhook switched off after failures"),
    "webhooks:tested": marked("Webhook tried"),
    "work_centers:created": marked("Work centre added"),
    "access:logged_out": marked("Logged out"),
    "access:refused": marked("Refused: the role does not allow it"),
    "access:password_changed": marked("Password changed"),
    "access:password_code_sent": marked("Code for a new password sent"),
    "access:password_reset": marked("Password set anew by a mailed code"),
    "access:password_reset_refused": marked("New password refused"),
    "access:pin_set": marked("PIN set"),
    "access:pin_cleared": marked("PIN removed"),
    "access:recovery_codes_renewed": marked("Recovery codes renewed"),
    "access:refresh_token_reused": marked("A used log-in token came back; its session was ended"),
    "access:second_factor_on": marked("Second factor turned on"),
    "access:second_factor_off": marked("Second factor turned off"),
    "access:second_factor_reset": marked("Second factor reset"),
    "audit:entries_set_aside": marked("Entries that nobody wrote set aside"),
    "boms:replaced": marked("Bill of materials changed"),
    "calls:raised": marked("Help called"),
    "calls:answered": marked("Call answered"),
    "calls:closed": marked("Call closed"),
    "files:attached": marked("File put to its step"),
    "files:captioned": marked("File captioned"),
    "files:detached": marked("File taken off its step"),
    "imports:finished": marked("Import finished"),
    "invitations:revoked": marked("Invitation withdrawn"),
    "keys:rotated": marked("API key renewed"),
    "licence:installed": marked("Licence installed"),
    "notes:written": marked("Note written"),
    "orders:changed": marked("Order changed"),
    "products:updated": marked("Product changed"),
    "roles:created": marked("Role made"),
    "roles:updated": marked("Role changed"),
    "roles:deleted": marked("Role deleted"),
    "skills:created": marked("Skill added"),
    "skills:updated": marked("Skill changed"),
    "skills:certified": marked("Skill certified"),
    "skills:withdrawn": marked("Skill withdrawn"),
    "stations:created": marked("Station set up"),
    "stations:updated": marked("Station changed"),
    "stations:token_renewed": marked("Station's token renewed"),
    "suppliers:updated": marked("Supplier changed"),
    "teams:created": marked("Team made"),
    "teams:updated": marked("Team changed"),
    "templates:cloned": marked("Template copied for a next version"),
    "templates:deleted": marked("Draft of a template deleted"),
    "templates:updated": marked("Template's draft changed"),
    "users:linked": marked("Known at the company's log-in server"),
    "users:password_set_on_the_machine": marked("Password set on the machine itself"),
    "users:reactivated": marked("Person let in again"),
    "users:sessions_ended": marked("Logged out everywhere by an administrator"),
    "webhooks:updated": marked("Webhook changed"),
    "webhooks:secret_rotated": marked("Webhook's secret renewed"),
    "webhooks:redelivered": marked("Event sent to a webhook again"),
    "work_centers:updated": marked("Work centre changed"),
}


def fact_words(kind: str) -> str:
    """Return what a fact says; a kind from a newer version is shown by its own name."""
    return FACTS.get(kind, kind.replace(":", " ").replace("_", " ").capitalize())
