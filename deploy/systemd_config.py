"""The same hub with limits that hold: systemd keeps each server within its memory and its share of the processor.

NOT RUN by us: it needs a Linux machine whose first process is systemd. Start it with
`sudo .venv/bin/python -m deploy --config deploy/systemd_config.py`.
"""

from pathlib import Path

load_subconfig(str(Path(__file__).with_name("jupyterhub_config.py")))  # noqa: F821 (JupyterHub defines both)
c = get_config()  # noqa: F821

# It enforces c.Spawner.mem_limit and c.Spawner.cpu_limit; a kernel above its memory is stopped, nobody else's is.
c.JupyterHub.spawner_class = "systemd"
c.SystemdSpawner.isolate_tmp = True  # a /tmp for each student
c.SystemdSpawner.disable_user_sudo = True
c.SystemdSpawner.unit_extra_properties = {"UMask": "0077"}
