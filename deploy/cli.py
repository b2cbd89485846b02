"""The command line `factoryos`. A command lives in its own module of deploy/commands and joins by one line here."""

import typer

from deploy.commands import (
    api,
    audit,
    bench,
    demo,
    import_files,
    job,
    licence,
    mail,
    migrate,
    openapi,
    order,
    payload_key,
    repair,
    run,
    screenshots,
    seed,
    status,
    stop,
    template,
    tls,
    user,
    worker,
)
from deploy.commands.environment import adopt

app = typer.Typer(
    name="factoryos",
    help="FactoryOS: run, watch and look after your factory's system.",
    epilog="Exit codes: 0 well · 1 failed, the reason is printed · 2 wrong usage · 3 not running.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,  # locals hold passwords
)
app.callback()(adopt)
app.command(epilog=run.EXAMPLES)(run.run)
app.command(epilog=demo.EXAMPLES)(demo.demo)
app.command(epilog=status.EXAMPLES)(status.status)
app.command(epilog=stop.EXAMPLES)(stop.stop)
app.command(epilog=mail.EXAMPLES)(mail.mail)
app.command(epilog=migrate.EXAMPLES)(migrate.migrate)
app.command(epilog=seed.EXAMPLES)(seed.seed)
app.command(epilog=screenshots.EXAMPLES)(screenshots.screenshots)
app.command(epilog=repair.EXAMPLES)(repair.repair)
app.command(epilog=api.EXAMPLES)(api.api)
app.command(epilog=worker.EXAMPLES)(worker.worker)
app.command(epilog=openapi.EXAMPLES)(openapi.openapi)
app.command(epilog=payload_key.EXAMPLES)(payload_key.payload_key)
app.command(epilog=bench.EXAMPLES)(bench.bench)
app.add_typer(import_files.app, name="import")
app.add_typer(template.app, name="template")
app.add_typer(order.app, name="order")
app.add_typer(job.app, name="job")
app.add_typer(audit.app, name="audit")
app.add_typer(user.app, name="user")
app.add_typer(licence.app, name="licence")
app.add_typer(tls.app, name="tls")
