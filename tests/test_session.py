"""Starting a lecture, and what importing the helpers costs."""

import ast
import importlib
import json
from pathlib import Path

import pytest

import course_utils
from course_utils import seeds, start
from course_utils.claims import claims_table
from course_utils.errors import CourseError
from course_utils.session import SEEDS_APART, current_profile, is_static
from tests import child

BACKEND_CHANGES = """
import json, os, sys
from course_utils import start
from course_utils.errors import CourseError

seen = {}
start(lecture=7)
import keras
seen["first"] = keras.backend.backend()
try:
    start(lecture=7, backend="jax")
except CourseError as error:
    seen["second"] = str(error)
seen["variable"] = os.environ["KERAS_BACKEND"]
start(lecture=8)
print(json.dumps(seen))
"""

WITHOUT_TENSORFLOW = """
import sys
from course_utils import start

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == "tensorflow":
            raise ModuleNotFoundError("No module named 'tensorflow'", name=name)

sys.meta_path.insert(0, Missing())
start(lecture=1)
"""


EIGHT_NETWORKS = """
from course_utils import start
start(lecture=0)
import keras, numpy
for units in range(1, 9):
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)]).predict_on_batch(numpy.zeros((2, 4)))
"""


@pytest.fixture(scope="module")
def session():
    """A fresh Python that starts a lecture on TensorFlow, then tries another backend, then starts again."""
    return child.python("-c", BACKEND_CHANGES)


@pytest.fixture
def changes(session):
    assert session.returncode == 0, session.stderr
    return json.loads(session.stdout.splitlines()[-1])


def test_starting_writes_nothing_to_stderr(session):
    assert session.stderr == ""


def test_several_networks_are_no_reason_to_warn():
    assert child.python("-c", EIGHT_NETWORKS, TF_CPP_MIN_LOG_LEVEL="3").stderr == ""


def test_starting_prints_one_sentence(session):
    assert session.stdout.splitlines()[:-1] == ["Lecture 7 is ready.", "Lecture 8 is ready."]


def test_tensorflow_is_the_default(changes):
    assert changes["first"] == "tensorflow"


def test_another_backend_needs_a_new_kernel(changes):
    assert changes["second"] == "Keras already runs on tensorflow. Restart the kernel, then start(…, backend='jax')."


def test_a_refused_backend_leaves_no_trace(changes):
    assert changes["variable"] == "tensorflow"


def test_importing_the_helpers_loads_nothing_heavy():
    heavy = ["keras", "tensorflow", "jax", "matplotlib", "numpy", "sklearn", "IPython", "ipywidgets"]
    code = f"import course_utils, sys; print([name for name in {heavy} if name in sys.modules])"
    assert child.python("-c", code).stdout == "[]\n"


def test_using_any_helper_before_the_start_loads_no_keras():
    names = ", ".join(course_utils.__all__)
    code = (
        f"from course_utils import {names}; import sys; print([n for n in ('keras', 'tensorflow') if n in sys.modules])"
    )
    assert child.python("-c", code).stdout == "[]\n"


def test_a_missing_backend_says_what_to_install():
    said = child.python("-c", WITHOUT_TENSORFLOW).stderr.splitlines()[-1]
    assert said.endswith("tensorflow is not installed, and this lecture needs it. Type: pip install tensorflow")


def test_without_jax_it_says_what_to_install():
    code = WITHOUT_TENSORFLOW.replace('"tensorflow"', '"jax"').replace("'tensorflow'", "'jax'")
    said = child.python("-c", code, KERAS_BACKEND="jax").stderr.splitlines()[-1]
    assert said.endswith("jax is not installed, and this lecture needs it. Type: pip install jax")


def test_starting_forgets_the_claims_of_an_earlier_run(keras, capsys):
    course_utils.claim("it works", 1, ">", 0)
    start(lecture=2, backend=keras.backend.backend())
    with pytest.raises(CourseError, match="no claim was made yet"):
        claims_table()


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"backend": "torch"}, "there is no backend 'torch'. Choose one of: tensorflow, jax."),
        ({"backend": "tensorflo"}, "Did you mean 'tensorflow'?"),
        ({"profile": "fast"}, "there is no profile 'fast'. Choose one of: quick, full."),
    ],
)
def test_unknown_choices(choice, said):
    with pytest.raises(CourseError) as error:
        start(lecture=2, **choice)
    assert said in str(error.value)


@pytest.mark.parametrize(("variable", "value"), [("KERAS_BACKEND", "torch"), ("COURSE_PROFILE", "fast")])
def test_unknown_choices_in_the_environment(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(CourseError, match=f"'{value}'"):
        start(lecture=2)


def test_the_profile_of_a_start_ends_with_the_next_start(monkeypatch):
    monkeypatch.delenv("COURSE_PROFILE", raising=False)
    start(lecture=0, profile="full")
    assert current_profile() == "full"
    start(lecture=0)
    assert current_profile() == "quick"


@pytest.mark.parametrize(("value", "profile"), [("", "quick"), ("full", "full")])
def test_the_profile_comes_from_the_environment(monkeypatch, value, profile):
    monkeypatch.setenv("COURSE_PROFILE", value)
    assert current_profile() == profile


@pytest.mark.parametrize(("value", "static"), [("", False), ("0", False), ("1", True)])
def test_static_outputs_are_chosen_by_the_environment(monkeypatch, value, static):
    monkeypatch.setenv("COURSE_STATIC", value)
    assert is_static() is static


def test_seeds_are_the_same_in_every_run(monkeypatch):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    assert list(seeds(4)) == [0, 1, 2, 3]


def test_another_base_seed_shares_no_seed(monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "3")
    assert list(seeds(2)) == [3 * SEEDS_APART, 3 * SEEDS_APART + 1]


@pytest.mark.parametrize("value", ["many", "1.5", "-1"])
def test_a_base_seed_that_is_no_whole_number(monkeypatch, value):
    monkeypatch.setenv("COURSE_SEED", value)
    with pytest.raises(CourseError, match=f"COURSE_SEED must be a whole number such as 3, not '{value}'"):
        seeds(4)


@pytest.mark.parametrize("package", ["course_utils", "course_utils.plots"])
def test_editors_see_the_names_that_exist(package):
    module = importlib.import_module(package)
    stub = ast.parse(Path(module.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imported = [name.asname for node in stub.body if isinstance(node, ast.ImportFrom) for name in node.names]
    assert sorted(imported) == module.__all__ == sorted(module.__all__)
    assert all(getattr(module, name) is not None for name in module.__all__)


def test_every_shared_function_says_where_it_is_taught():
    functions = [getattr(course_utils, name) for name in course_utils.__all__]
    assert [f.__name__ for f in functions if callable(f) and "Taught in lecture" not in (f.__doc__ or "")] == []
