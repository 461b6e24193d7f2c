"""Whether the network answers, asked in a way that cannot hang. Standard library only: doctor needs it too."""

import socket
import threading


def reachable(host: str, port: int, seconds: float) -> bool:
    """Whether a connection can be opened.

    A socket's own time limit counts for each address anew and leaves out the look-up of the name; this one is for all.

    Args:
        host: A name such as "www.cs.toronto.edu".
        port: 443 for https.
        seconds: How long to wait at most.
    """
    opened = threading.Event()

    def connect() -> None:
        try:
            socket.create_connection((host, port), timeout=seconds).close()
        except OSError:
            return
        opened.set()

    asking = threading.Thread(target=connect, daemon=True)
    asking.start()
    asking.join(seconds)
    return opened.is_set()
