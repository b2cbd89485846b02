"""`python -m deploy` is `factoryos`."""

from deploy.cli import app

app(prog_name="factoryos")
