"""JupyterHub for a class on one machine: each student is a system user with a closed home.

`python -m deploy` looks whether all that this needs is there, and starts it. What each setting does is in JupyterHub's
own reference; here stands why it differs from the default.
"""

import pwd
import sys
from pathlib import Path

c = get_config()  # noqa: F821 (JupyterHub defines it)

# Who gets in: system users of this group, with their system passwords. There is no sign-up and no administrator.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {"students"}

# Everything listens on this machine only. For a class, put a web server with HTTPS in front.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.hub_ip = "127.0.0.1"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:8001"
c.Spawner.ip = "127.0.0.1"

# Each server runs as its student, so that the system keeps the students apart.
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.LocalProcessSpawner.popen_kwargs = {"umask": 0o077}  # files in /tmp are theirs alone, too


def close_home(spawner) -> None:
    """Let nobody else look into the student's home, whatever the system gives to new homes.

    Raises:
        RuntimeError: The home belongs to somebody else, so it is no student's.
    """
    user = pwd.getpwnam(spawner.user.name)
    home = Path(user.pw_dir)
    if home.lstat().st_uid != user.pw_uid:
        raise RuntimeError(f"{home}, the home of {user.pw_name}, belongs to somebody else: correct its owner.")
    home.chmod(0o700)


c.Spawner.pre_spawn_hook = close_home

# -P: a file in the student's home must not stand in for a module of the server.
c.Spawner.cmd = [sys.executable, "-P", "-m", "deploy.student_server"]
c.Spawner.default_url = "/lab/tree/my_course/00_start_here.ipynb"
c.Spawner.args = [
    # By default a kernel sends what it shows to any program of this machine that connects to its port.
    "--KernelManager.transport=ipc",
    # A lecture that nobody touches for an hour gives its memory back; what was saved stays.
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--MappingKernelManager.cull_connected=True",
]
c.Spawner.environment = {
    # A path of a kernel's socket has at most 107 characters: the default folder leaves 22 for the student's name.
    "JUPYTER_RUNTIME_DIR": lambda spawner: str(Path(pwd.getpwnam(spawner.user.name).pw_dir, ".jupyter-run")),
    # Students share the cores: with one thread each, three at once needed 15 % less processor time for lecture 0.
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # a whole class that logs in at once shares the processor

# For one student, as measured (benchmarks/RESULTS.md). LocalProcessSpawner states these and enforces none of them;
# those that do: systemd_config.py, and values.yaml for Kubernetes.
c.Spawner.mem_guarantee = "1G"
c.Spawner.mem_limit = "2G"
c.Spawner.cpu_limit = 2

# A server that nobody uses for an hour is stopped.
c.JupyterHub.services = [
    {"name": "idle-culler", "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600"]}
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
