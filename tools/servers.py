"""Which Jupyter servers of this user have a folder open: ``python -m tools.servers FOLDER`` prints their addresses."""

from __future__ import annotations

import socket
import sys
from pathlib import Path


def serving(folder: Path) -> list[str]:
    """The addresses of the running servers whose files are those of a folder or of one inside it."""
    from jupyter_server.serverapp import list_running_servers

    folder = folder.resolve()
    return [
        server["url"]
        for server in list_running_servers()
        if Path(server["root_dir"]).resolve().is_relative_to(folder) and answers(server)
    ]


def answers(server: dict) -> bool:
    """Tell whether something listens at a server's port; the notes of one that crashed may name another's process."""
    try:
        socket.create_connection((server["hostname"], server["port"]), timeout=1).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    print("\n".join(serving(Path(sys.argv[1]))))
