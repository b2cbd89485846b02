"""`factoryos api`: one web server process."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fastapi import FastAPI

EXAMPLES = "Example: FACTORYOS_HOST=0.0.0.0 FACTORYOS_PORT=8080 factoryos api"
_GRACEFUL_SECONDS = 10


def api(
    *, tls: Annotated[bool, typer.Option("--tls", help="By HTTPS, with the certificate in FACTORYOS_TLS_DIR.")] = False
) -> None:
    """Serve the API and the pages until told to stop. `factoryos run` starts one of these by itself."""
    import uvicorn

    from models.connections.logs import configure_logging, start_log_shipper
    from models.connections.settings import settings
    from models.rules.addresses import networks

    name = "api-tls" if tls else "api"
    configure_logging(name)
    shipper = start_log_shipper(name)
    folder = settings().factoryos_tls_dir if tls else None
    if tls and folder is None:
        raise typer.BadParameter("--tls needs FACTORYOS_TLS_DIR; `factoryos tls init` makes what belongs there.")
    proxies = [str(network) for network in networks(settings().factoryos_trusted_proxies)]
    try:
        uvicorn.run(
            _app,
            factory=True,
            host=settings().factoryos_tls_host if tls else settings().factoryos_host,
            port=settings().factoryos_tls_port if tls else settings().factoryos_port,
            ssl_certfile=folder / "server.pem" if folder else None,
            ssl_keyfile=folder / "server.key" if folder else None,
            http="httptools",
            loop="uvloop",
            access_log=False,
            proxy_headers=bool(proxies),  # anybody can send such headers; only a named proxy's are believed
            forwarded_allow_ips=proxies,
            server_header=False,
            log_config=None,  # ours routes the standard library's logging
            timeout_graceful_shutdown=_GRACEFUL_SECONDS,
        )
    finally:
        shipper.stop(timeout=3)


def _app() -> "FastAPI":
    from api.app import create_app
    from models.connections.turns import take_short_turns

    app = create_app()
    take_short_turns()
    return app
