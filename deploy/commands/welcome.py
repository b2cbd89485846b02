"""What `factoryos run` shows once everything answers."""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table

from deploy.log_ins import LogIn
from deploy.stack.account import database_elsewhere
from deploy.stack.plan import Plan


def welcome(plan: Plan, log_ins: list[LogIn]) -> RenderableType:
    """Return the panel with addresses, log-ins, and where data and logs lie."""
    places = Table.grid(padding=(0, 2))
    places.add_row("[bold]Open[/]", plan.api_url)
    if plan.tls_url:
        places.add_row("[bold]On other devices[/]", f"{plan.tls_url}/ca  once, to trust this box; then {plan.tls_url}")
    places.add_row("[bold]API description[/]", f"{plan.api_url}/api/docs")
    if plan.temporal_ui:
        places.add_row("[bold]Workflows[/]", plan.temporal_ui)
    if any(server.name == "mail" for server in plan.servers):
        places.add_row("[bold]Mail[/]", "caught, not sent: `factoryos mail --last` shows the newest")
    places.add_row("[bold]Data[/]", str(plan.state.home))
    if elsewhere := database_elsewhere(plan.state.home):
        places.add_row("[bold]PostgreSQL's data[/]", str(elsewhere))
    places.add_row("[bold]Logs[/]", str(plan.state.logs))
    if not log_ins:
        places.add_row(
            "[bold]Log-ins[/]", "none were made here: factories sign up, or `factoryos seed` makes the demo one"
        )
    places.add_row("[bold]Stop[/]", "Ctrl-C here, or `factoryos stop` from another shell")
    content = Group(places, "", people_table(log_ins)) if log_ins else places
    return Panel(content, title="FactoryOS is running", border_style="green")


def people_table(log_ins: list[LogIn]) -> Table:
    """Return who may log in, with passwords."""
    people = Table(title="Log in as", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for heading in ("user", "password", "role"):
        people.add_column(heading, style="cyan" if heading == "password" else "")
    for log_in in log_ins:
        people.add_row(log_in.user, log_in.password, log_in.role)
    return people
