"""One student of a load test: everything goes through the hub's pages and the student's own server, as in a browser."""

import json
import re
import time
import uuid
from copy import deepcopy

import nbformat
import requests
import websocket
from nbformat import NotebookNode
from nbval.plugin import coalesce_streams, get_sanitize_patterns

from course_utils.errors import CourseError
from tools import notebooks

MASKS = dict(get_sanitize_patterns((notebooks.ROOT / "tests" / "nbval.cfg").read_text(encoding="utf-8")))
OUTPUTS = ("stream", "display_data", "execute_result", "error")
SECRET = "private.txt"
# Runs in a student's kernel: tries to read these paths as files and as folders, and prints what it could read.
PRY = """
import json, os
read = []
for path in {paths!r}:
    for look in (lambda: open(path).read(), lambda: os.listdir(path), lambda: os.listdir(os.path.dirname(path))):
        try:
            look()
        except OSError:
            continue
        read.append(path)
        break
print(json.dumps(read))
"""
# Shows something for some seconds; meanwhile another kernel listens at the ports of the first.
TALK = """
import time
for _ in range(50):
    print("private", flush=True)
    time.sleep(0.1)
"""
OVERHEAR = """
import zmq
ear = zmq.Context.instance().socket(zmq.SUB)
ear.subscribe(b"")
for port in {ports!r}:
    ear.connect(f"tcp://127.0.0.1:{{port}}")
print(ear.recv_multipart()[0] if ear.poll(3000) else "nothing")
ear.close(linger=0)
"""


class Student:
    """A student with a name and a password.

    Args:
        hub: The hub's address, such as http://127.0.0.1:8000.
        name: The system user.
        password: Of that user.
        deadline: Second of `time.monotonic` after which every call fails with a timeout.
    """

    def __init__(self, hub: str, name: str, password: str, deadline: float):
        self.hub, self.name, self.deadline = hub, name, deadline
        self._password = password
        self._web = requests.Session()

    @property
    def server(self) -> str:
        """The address of the student's server."""
        return f"{self.hub}/user/{self.name}"

    def log_in(self) -> None:
        """Log in by the form of the login page, and get a token for what a browser's scripts do."""
        self._ask("GET", f"{self.hub}/hub/login")
        guard = self._web.cookies["_xsrf"]
        form = {"username": self.name, "password": self._password, "_xsrf": guard}
        self._ask("POST", f"{self.hub}/hub/login", data=form, allow_redirects=False)
        address = f"{self.hub}/hub/api/users/{self.name}/tokens"
        guard = {"X-XSRFToken": self._web.cookies["_xsrf"]}
        answer = self._ask("POST", address, headers=guard, json={"expires_in": 3600})
        self._web.headers["Authorization"] = f"token {answer.json()['token']}"
        self._web.cookies.clear()

    def start_server(self) -> None:
        """Start the student's server and wait until it answers."""
        self._ask("POST", f"{self.hub}/hub/api/users/{self.name}/server")
        while not self._ask("GET", f"{self.hub}/hub/api/users/{self.name}").json()["servers"].get("", {}).get("ready"):
            time.sleep(0.5)

    def run_all(self, path: str) -> NotebookNode:
        """Open a notebook of the student's home, run all its cells, save it, and return it with its outputs.

        Raises:
            CourseError: A cell stopped with an error.
        """
        notebook = self.open(path)
        with Kernel(self, path) as kernel:
            for cell in notebooks.code_cells(notebook):
                cell.outputs = kernel.execute(cell.source)
                if any(output.output_type == "error" for output in cell.outputs):
                    raise CourseError(f"{self.name}: cell {cell['id']} stopped: {cell.outputs[-1].evalue}")
        self._ask("PUT", self._contents(path), json={"type": "notebook", "content": notebook})
        return notebook

    def open(self, path: str) -> NotebookNode:
        """A notebook of the student's home."""
        return nbformat.from_dict(self._ask("GET", self._contents(path)).json()["content"])

    def hide(self) -> None:
        """Write a file that nobody else should be able to read."""
        self._ask("PUT", self._contents(SECRET), json={"type": "file", "format": "text", "content": self.name})

    def readable_by_kernel(self, paths: list[str]) -> list[str]:
        """Those of the paths that code in the student's kernel can read, or whose folder it can list."""
        with Kernel(self, "pry.ipynb") as kernel:
            (output,) = kernel.execute(PRY.format(paths=paths))
        return json.loads(output.text)

    def readable_by_server(self, paths: list[str]) -> list[str]:
        """Those of the paths that the student's server serves, asked for from the student's home upwards."""
        above = self._contents("%2e%2e/" * 3)
        ways = {path: (self._contents(path), above + path.lstrip("/")) for path in paths}
        return [path for path, addresses in ways.items() if any(map(self._is_answered, addresses))]

    def can_use(self, other: "Student") -> bool:
        """Whether this student, with their own token, is let into the other's server."""
        return self._is_answered(f"{other.server}/api/contents/{SECRET}")

    def remaining(self) -> float:
        """Seconds until the deadline.

        Raises:
            TimeoutError: It has passed.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"{self.name} was not ready in time")
        return left

    def socket(self, kernel: str) -> websocket.WebSocket:
        """The channels of a kernel of the student's server."""
        address = f"{self.server.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels"
        authorization = f"Authorization: {self._web.headers['Authorization']}"
        return websocket.create_connection(address, timeout=self.remaining(), header=[authorization])

    def ask(self, method: str, path: str, **options: object) -> requests.Response:
        """Ask the student's server."""
        return self._ask(method, f"{self.server}/api/{path}", **options)

    def _contents(self, path: str) -> str:
        return f"{self.server}/api/contents/{path.lstrip('/')}"

    def _is_answered(self, address: str) -> bool:
        request = self._web.prepare_request(requests.Request("GET", address))
        request.url = address  # with its dots, which requests would resolve
        return self._web.send(request, timeout=self.remaining(), allow_redirects=False).status_code == 200

    def _ask(self, method: str, address: str, **options: object) -> requests.Response:
        answer = self._web.request(method, address, timeout=self.remaining(), **options)
        answer.raise_for_status()
        return answer


class Kernel:
    """A kernel of a student's server, opened for a notebook as JupyterLab does, ended at the end of the block."""

    def __init__(self, student: Student, path: str):
        self.student, self.path = student, path

    def __enter__(self) -> "Kernel":
        asked = {"path": self.path, "name": self.path, "type": "notebook", "kernel": {"name": "python3"}}
        answer = self.student.ask("POST", "sessions", json=asked).json()
        self._session = answer["id"]
        self._socket = self.student.socket(answer["kernel"]["id"])
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self.student.ask("DELETE", f"sessions/{self._session}")

    def execute(self, code: str) -> list[NotebookNode]:
        """Run code, wait until it is done, and return what it shows."""
        request = self.send(code)
        outputs, idle, replied = [], False, False
        while not (idle and replied):
            self._socket.settimeout(self.student.remaining())
            message = json.loads(self._socket.recv())
            if message["parent_header"].get("msg_id") != request:
                continue
            kind = message["msg_type"]
            replied |= kind == "execute_reply"
            idle |= kind == "status" and message["content"]["execution_state"] == "idle"
            if kind in OUTPUTS:
                outputs.append(nbformat.v4.output_from_msg(message))
        return outputs

    def send(self, code: str) -> str:
        """Send code to the kernel and do not wait; return the id of the request."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": self._session}
        header |= {"username": self.student.name, "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        request = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}
        self._socket.send(json.dumps(request))
        return header["msg_id"]


def differences(new: NotebookNode, stored: NotebookNode) -> list[str]:
    """The ids of the code cells that do not show what is stored, measured numbers aside, as in the strict nbval run.

    A claim that does not hold is a difference too, whatever is stored; one about run times need only be there.
    """
    timed = claims_about_time(stored)
    before, after = ({cell["id"]: _lines(cell, timed) for cell in notebooks.code_cells(nb)} for nb in (stored, new))
    ids = [*before, *(name for name in after if name not in before)]
    return [name for name in ids if before.get(name) != after.get(name) or "✗" in "".join(after[name])]


def claims_about_time(stored: NotebookNode) -> list[str]:
    """The statements of the claims in sections with a figure of run times: they hold where no other program runs."""
    cells = notebooks.code_cells(stored)
    sections = {cell["id"].partition("-")[0] for cell in cells if "timing" in notebooks.tags(cell)}
    timed = [cell for cell in cells if cell["id"].partition("-")[0] in sections]
    return [statement for _, statement in _claims(timed)]


def _lines(cell: NotebookNode, timed: list[str]) -> list[str]:
    """What a cell shows, line by line; of a claim about time only the statement."""
    lines = [line for text in texts(cell.outputs) for line in text.splitlines()]
    return [next((statement for statement in timed if statement in line), line) for line in lines]


def texts(outputs: list[NotebookNode]) -> list[str]:
    """What outputs show, in words: their texts with measured numbers masked, and a word for each picture."""
    shown = []
    for output in coalesce_streams(deepcopy(outputs)):
        data = output.get("data", {output.get("name", "error"): output.get("text", "")})
        shown += ["picture" if kind == "image/png" else masked(f"{kind}: {data[kind]}") for kind in sorted(data)]
    return shown


def masked(text: str) -> str:
    """The text with measured numbers replaced by a word, under the masks of the strict nbval run."""
    for pattern, replacement in MASKS.items():
        text = re.sub(pattern, replacement, text)
    return text


def claims(notebook: NotebookNode) -> dict[str, bool]:
    """Whether each claim of a notebook holds, by its statement."""
    return {statement: verdict == "✓" for verdict, statement in _claims(notebooks.code_cells(notebook))}


def _claims(cells: list[NotebookNode]) -> list[tuple[str, str]]:
    """Verdict and statement of each claim that these cells printed."""
    shown = "\n".join(text.removeprefix("stdout: ") for cell in cells for text in texts(cell.outputs))
    return re.findall(r"^(✓|✗)(?: not with these settings:)? (.+) \((?:≈|exactly|MEASURED)", shown, re.MULTILINE)
