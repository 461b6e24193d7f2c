"""A classroom for a load test: throw-away system users, the hub of `deploy/` as it is, and what its students use."""

import grp
import os
import pwd
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import requests

from course_utils.errors import CourseError
from deploy.__main__ import CONFIG, GROUP, require_all
from tests.browser.lab_server import free_port
from tools import kernels

MAKE = ("useradd", "--create-home", "--key", "HOME_MODE=0700", "--groups", GROUP, "--shell", "/bin/bash")
USER = "course-load-{:02}"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 60
# The settings under test, on free ports. Stills in place of controls, because the stored outputs have stills.
SETTINGS = """\
load_subconfig({config!r})
c.JupyterHub.bind_url = {address!r}
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.Spawner.environment["COURSE_STATIC"] = "1"
"""


@contextmanager
def users(count: int) -> Iterator[dict[str, str]]:
    """Throw-away system users, as deploy/README.md makes them; gives the password of each name.

    Raises:
        CourseError: Not root, or an earlier test was killed and left its users behind.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        raise CourseError(
            "It creates system users, so it needs Linux and root. Type: sudo .venv/bin/python -m benchmarks hub"
        )
    passwords = {USER.format(number): secrets.token_hex(12) for number in range(1, count + 1)}
    left = [user.pw_name for user in pwd.getpwall() if user.pw_name in passwords]
    if left:
        raise CourseError(
            f"an earlier load test was killed and left users behind. Type: echo {' '.join(left)} | "
            "xargs -n 1 sudo userdel --remove"
        )
    with group(), terminable():
        try:
            for name, password in passwords.items():
                subprocess.run([*MAKE, name], check=True)
                subprocess.run(["chpasswd"], input=f"{name}:{password}", encoding="utf-8", check=True)
            yield passwords
        finally:
            for name in passwords:
                remove(name)


@contextmanager
def group() -> Iterator[None]:
    """The group whose members may log in, for as long as it is needed where there was none."""
    try:
        grp.getgrnam(GROUP)
    except KeyError:
        subprocess.run(["groupadd", GROUP], check=True)
    else:
        yield
        return
    try:
        yield
    finally:
        subprocess.run(["groupdel", GROUP], check=True)


@contextmanager
def terminable() -> Iterator[None]:
    """Clean up at `kill PID` too, as at Ctrl+C."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def remove(name: str) -> None:
    """End what still runs as a throw-away user, then delete the user with its home."""
    end([process for process, _ in running([name])])
    subprocess.run(["userdel", "--remove", name], check=False, stderr=subprocess.DEVNULL)  # it may have no mail folder


def end(processes: list[psutil.Process]) -> None:
    """Stop processes: those that do not go when asked are killed."""
    for stop in (psutil.Process.terminate, psutil.Process.kill):
        for process in processes:
            try:
                stop(process)
            except psutil.NoSuchProcess:
                continue
        _, processes = psutil.wait_procs(processes, timeout=5)


def running(names: list[str]) -> list[tuple[psutil.Process, str]]:
    """The processes of these users, each with the user's name."""
    by_id = {user.pw_uid: user.pw_name for user in pwd.getpwall() if user.pw_name in names}
    processes = psutil.process_iter(["uids"])
    return [(process, by_id[process.info["uids"].real]) for process in processes if process.info["uids"].real in by_id]


@contextmanager
def hub() -> Iterator[tuple[str, psutil.Process]]:
    """The hub of `deploy/`, started as an instructor starts it, on free ports; gives its address and its process.

    Raises:
        CourseError: Something that the hub needs is missing, or it does not start.
    """
    require_all(CONFIG)
    address = f"http://127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as scratch:
        config, log = Path(scratch, "config.py"), Path(scratch, "log")
        ports = {"hub_port": free_port(), "proxy_port": free_port()}
        config.write_text(SETTINGS.format(config=str(CONFIG), address=address, **ports), encoding="utf-8")
        command = [sys.executable, "-m", "deploy", "--config", str(config), "--state", str(Path(scratch, "state"))]
        with log.open("w") as written:
            process = psutil.Popen(command, stdout=written, stderr=written, start_new_session=True)
        try:
            wait_for(address, process, log)
            yield address, process
        finally:
            stop(process)


def wait_for(address: str, process: psutil.Popen, log: Path) -> None:
    """Wait until the hub answers.

    Raises:
        CourseError: It ended, or does not answer in time; the message holds the end of its log.
    """
    end_of_patience = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end_of_patience and process.poll() is None:
        try:
            if requests.get(f"{address}/hub/health", timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise CourseError(f"the hub did not start; the end of its log:\n{log.read_text(encoding='utf-8')[-2000:]}")


def stop(process: psutil.Popen) -> None:
    """Ask the hub to end with its proxy and all servers; then end what did not."""
    family = [process, *(process.children(recursive=True) if process.is_running() else [])]
    process.terminate()
    with suppress(psutil.TimeoutExpired):
        process.wait(SECONDS_TO_STOP)
    end([member for member in family if member.is_running()])


def listening(names: list[str], hub_process: psutil.Process) -> list[tuple[str, str, int]]:
    """What the hub, its services and the students' processes listen on: whose it is ("" the hub's), address, port."""
    owners = {process.pid: name for process, name in running(names)}
    ours = {hub_process.pid, *(child.pid for child in hub_process.children(recursive=True))}
    owners |= dict.fromkeys(ours - set(owners), "")
    return [
        (owners[connection.pid], *connection.laddr)
        for connection in psutil.net_connections("tcp")
        if connection.pid in owners and connection.status == psutil.CONN_LISTEN
    ]


class Meter(threading.Thread):
    """Looks every second at what the students' processes use.

    Attributes:
        together: The most memory that all students held at one time, in bytes; what they share counts once.
    """

    def __init__(self, names: list[str]):
        super().__init__(daemon=True)
        self.names = names
        self.together = 0
        self._peaks: dict[psutil.Process, tuple[str, int]] = {}
        self._seconds: dict[psutil.Process, float] = {}
        self._ended = threading.Event()

    def run(self) -> None:
        """Look until the end."""
        while not self._ended.wait(1):
            self.look()

    def look(self) -> None:
        """Note what all processes use at this moment."""
        together = 0
        for process, name in running(self.names):
            try:
                together += process.memory_full_info().pss
                self._seconds[process] = sum(process.cpu_times()[:2])
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
            _, before = self._peaks.get(process, (name, 0))
            self._peaks[process] = name, max(before, kernels.peak_memory(process.pid) or 0)  # 0 once it has ended
        self.together = max(self.together, together)

    @property
    def peaks(self) -> dict[str, int]:
        """Per student, the peaks of all processes added up, in bytes."""
        return {name: sum(peak for owner, peak in self._peaks.values() if owner == name) for name in self.names}

    @property
    def seconds(self) -> float:
        """Processor seconds of all students so far."""
        return sum(self._seconds.values())

    def __enter__(self) -> "Meter":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()
