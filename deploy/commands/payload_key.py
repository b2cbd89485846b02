"""`factoryos payload-key`: a fresh key for what Temporal stores."""

EXAMPLES = "Examples: FACTORYOS_PAYLOAD_KEY=$(factoryos payload-key) factoryos run · factoryos payload-key > key.txt"


def payload_key() -> None:
    """Print a fresh key for FACTORYOS_PAYLOAD_KEY, which encrypts what Temporal stores. Keep it as you keep backups.

    To change keys, put the new one before the old one, separated by a comma, and restart every process: the first key
    seals, all of them open. Give every process both keys before any seals with the new one if they restart one by one.
    """
    from models.connections.payloads import new_payload_key

    print(new_payload_key())
