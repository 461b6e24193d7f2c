"""Searching for hyper-parameters in one process, in several and on a Dask cluster; dead processes; errors."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace

import optuna
import psutil
import pytest

from course_utils import search, search_summary, workers
from course_utils.errors import CourseError
from tests import child, limits

RANDOM = optuna.samplers.RandomSampler
SPACE = {"x": [-1.0, 0.0, 1.0], "power": [1, 2]}

IN_A_NOTEBOOK = """
from course_utils import search, search_summary

def objective(trial):
    return trial.suggest_float("x", -1, 1)

print(search_summary(search(objective, 3, workers=2)))
"""

# Two trials end, then two sleep until the test presses Ctrl-C.
INTERRUPTED = """
import sys, time
from course_utils import search

def objective(trial):
    if trial.user_attrs["index"] >= 2:
        print("asleep", flush=True)
        time.sleep(60)
    return trial.suggest_float("x", -1, 1)

search(objective, 4, workers=2, study=sys.argv[1])
"""


@contextmanager
def dask_cluster(folder):
    """A scheduler and two workers as a cluster has them: own programs, and nobody starts a dead one again."""
    file, loopback = folder / "scheduler.json", ("--host", "127.0.0.1", "--no-dashboard")
    programs = []

    def start(*arguments):
        command = [sys.executable, "-m", "dask", *arguments, *loopback, "--scheduler-file", str(file)]
        programs.append(subprocess.Popen(command, cwd=child.ROOT, stderr=subprocess.DEVNULL))

    try:
        start("scheduler", "--port", "0")
        start("worker", "--nthreads", "1", "--no-nanny")
        start("worker", "--nthreads", "1", "--no-nanny")
        yield SimpleNamespace(address=address_in(file), scheduler=programs[0].pid)
    finally:
        for program in programs:
            program.kill()
            program.wait()


def address_in(file):
    from distributed import Client

    with Client(scheduler_file=str(file)) as client:
        client.wait_for_workers(2, timeout=60)
        return json.loads(file.read_text())["address"]


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    with dask_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield {"one process": 1, "two processes": 2, "an address": cluster.address}


@pytest.fixture
def mortal(tmp_path):
    """A cluster that a test may kill."""
    with dask_cluster(tmp_path) as cluster:
        yield cluster


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(workers, "PATIENCE", 0.5)


def draw(trial):
    return trial.suggest_float("x", -1, 1) ** trial.suggest_categorical("power", [1, 2])


def dies_in(index, folder):
    """An objective whose process is killed in the middle of one trial, the first time."""

    def objective(trial):
        x = trial.suggest_float("x", -1, 1)
        mark = folder / "died"
        if trial.user_attrs["index"] == index and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return x

    return objective


def drawn(study):
    return sorted(tuple(sorted(trial.params.items())) for trial in finished(study))


def finished(study):
    return study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))


def indices(study):
    return sorted(trial.user_attrs["index"] for trial in finished(study))


def worker_processes():
    return [process for process in psutil.Process().children(recursive=True) if "spawn_main" in str(process.cmdline())]


@pytest.mark.slow
@pytest.mark.parametrize("place", ["two processes", "an address"])
def test_random_search_draws_the_same_anywhere(places, place):
    here = search(draw, 6, sampler=RANDOM, seed=3)
    there = search(draw, 6, sampler=RANDOM, seed=3, workers=places[place])
    assert indices(there) == indices(here) == list(range(6))
    assert drawn(there) == drawn(here)
    assert not {trial.user_attrs["process"] for trial in there.trials} & {here.trials[0].user_attrs["process"]}
    assert worker_processes() == []


@pytest.mark.slow
@pytest.mark.parametrize("place", ["one process", "an address"])
def test_a_grid_is_covered_once_anywhere(places, place):
    study = search(draw, 6, sampler=lambda seed: optuna.samplers.GridSampler(SPACE, seed=0), workers=places[place])
    assert drawn(study) == sorted((("power", power), ("x", x)) for x in SPACE["x"] for power in SPACE["power"])


@pytest.mark.slow
def test_the_default_sampler_and_pruner_work_from_afar(places):
    def objective(trial):
        trial.report(trial.user_attrs["index"], step=0)
        if trial.should_prune():
            raise optuna.TrialPruned
        return trial.suggest_float("x", -1, 1)

    study = search(objective, 12, workers=places["an address"])
    assert search_summary(study).startswith("12 trials finished (")


@pytest.mark.slow
def test_a_killed_process_costs_no_trial(tmp_path):
    objective = dies_in(2, tmp_path)
    study = search(objective, 6, workers=2, sampler=RANDOM, study=tmp_path / "study.db")
    assert search_summary(study) == "6 trials finished, 1 retried, 0 failed"
    assert indices(study) == list(range(6))
    (lost,) = [trial for trial in study.trials if trial.state == optuna.trial.TrialState.FAIL]
    (again,) = [trial for trial in finished(study) if trial.user_attrs["index"] == 2]
    assert lost.user_attrs["error"] == "its process died"
    assert (lost.user_attrs["index"], lost.params) == (2, again.params)
    assert lost.user_attrs["process"] != again.user_attrs["process"]
    assert drawn(study) == drawn(search(objective, 6, sampler=RANDOM))
    assert worker_processes() == []


@pytest.mark.slow
def test_a_worker_lost_for_good_leaves_the_rest_to_the_other(mortal, tmp_path):
    def again(index, trials):
        return search(dies_in(index, tmp_path), trials, workers=mortal.address, retries=0, study=tmp_path / "study.db")

    said = "5 trials finished, 0 retried, 1 failed; the first failure: its process died"
    assert search_summary(again(2, 6)) == said
    study = again(2, 6)
    assert search_summary(study) == "6 trials finished, 0 retried, 0 failed"
    assert indices(study) == list(range(6))
    (tmp_path / "died").unlink()
    with pytest.raises(CourseError, match=r"has lost its last worker.* the same call goes on"):
        again(7, 9)
    assert indices(search(draw, 6, study=tmp_path / "study.db")) == list(range(7))


@pytest.mark.slow
def test_a_trial_that_ended_is_kept_though_its_process_died_before_it_was_read(mortal, tmp_path, monkeypatch):
    from distributed import Client

    submit, wait = Client.submit, workers._wait

    def to_one_worker(client, *arguments, **options):
        return submit(client, *arguments, **options, workers=[min(client.nthreads())], allow_other_workers=True)

    def too_late(client, running):
        time.sleep(2)
        return wait(client, running)

    monkeypatch.setattr(Client, "submit", to_one_worker)
    monkeypatch.setattr(workers, "_wait", too_late)
    study = search(dies_in(1, tmp_path), 2, workers=mortal.address, retries=0)
    assert search_summary(study) == "1 trials finished, 0 retried, 1 failed; the first failure: its process died"
    assert all(set(trial.user_attrs) <= {"index", "process", "error"} for trial in study.trials)


@pytest.mark.slow
def test_a_lost_scheduler_is_named_and_finished_trials_are_kept(mortal, tmp_path):
    def objective(trial):
        if trial.user_attrs["index"] >= 2:
            os.kill(scheduler, signal.SIGKILL)
        return trial.suggest_float("x", -1, 1)

    scheduler, file = mortal.scheduler, tmp_path / "study.db"
    with pytest.raises(CourseError, match=f"the Dask scheduler at {mortal.address} is gone.* the same call goes on"):
        search(objective, 8, workers=mortal.address, study=file)
    assert indices(search(draw, 8, study=file)) == list(range(8))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is no signal on Windows")
def test_ctrl_c_keeps_what_finished_and_ends_all_processes(tmp_path):
    file = tmp_path / "study.db"
    command = [sys.executable, "-c", INTERRUPTED, str(file)]
    with subprocess.Popen(command, cwd=child.ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as started:
        assert started.stdout.readline() == b"asleep\n"
        processes = psutil.Process(started.pid).children(recursive=True)
        assert len(processes) >= 2
        started.send_signal(signal.SIGINT)
    assert psutil.wait_procs(processes, timeout=30)[1] == []
    kept = optuna.load_study(study_name="search", storage=f"sqlite:///{file}")
    assert 1 <= len(finished(kept)) <= 3  # one of four is asleep; how far the other process came is not ours to say
    assert indices(search(draw, 4, study=file)) == list(range(4))


@pytest.mark.slow
def test_an_objective_from_a_notebook_runs_in_processes_that_write_nothing():
    done = child.python("-c", IN_A_NOTEBOOK, COURSE_STATIC="1")
    assert (done.stdout, done.stderr) == ("3 trials finished, 0 retried, 0 failed\n", "")


def test_an_interrupted_search_goes_on_where_it_stopped(tmp_path, capsys):
    def interrupted(trial):
        if trial.user_attrs["index"] == 3:
            raise KeyboardInterrupt
        return draw(trial)

    file = tmp_path / "study.db"
    with pytest.raises(KeyboardInterrupt):
        search(interrupted, 6, sampler=RANDOM, study=file)
    study = search(draw, 6, sampler=RANDOM, study=file)
    assert capsys.readouterr().out == "3 trials are done; the search goes on at trial 3 of 6.\n"
    assert drawn(study) == drawn(search(draw, 6, sampler=RANDOM))
    assert len(search(draw, 6, study=file).trials) == 6
    assert indices(search(draw, 8, study=file)) == list(range(8))


def test_on_a_full_disk_what_finished_is_kept_and_the_search_goes_on(tmp_path):
    path = tmp_path / "study.db"
    search(draw, 2, study=path)
    with (
        limits.full_disk(path.stat().st_size),
        pytest.raises(CourseError, match=r"study\.db cannot be written any more .* Make room on that disk"),
    ):
        search(draw, 500, study=path)
    kept = len(optuna.load_study(study_name="search", storage=f"sqlite:///{path}").trials)
    assert kept >= 2
    assert len(search(draw, kept + 1, study=path).trials) == kept + 1


def test_what_failed_is_counted_and_tried_again(tmp_path):
    def odd(trial):
        if trial.user_attrs["index"] % 2:
            raise OSError("no disk")
        return draw(trial)

    file = tmp_path / "study.db"
    study = search(odd, 5, study=file)
    assert search_summary(study) == "3 trials finished, 0 retried, 2 failed; the first failure: OSError: no disk"
    assert search_summary(search(draw, 5, study=file)) == "5 trials finished, 0 retried, 0 failed"


def test_trials_differ_and_seeds_decide_them():
    assert len(set(drawn(search(draw, 8)))) == 8
    assert drawn(search(draw, 8, seed=1)) == drawn(search(draw, 8, seed=1))
    assert not set(drawn(search(draw, 8, seed=1))) & set(drawn(search(draw, 8, seed=2)))


def test_optuna_is_left_as_talkative_as_it_was(capsys, monkeypatch):
    monkeypatch.setenv("COURSE_STATIC", "1")  # no progress bar
    before = optuna.logging.get_verbosity()
    search(draw, 2)
    assert optuna.logging.get_verbosity() == before
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        (lambda trial: 1 / 0, "3 failed; the first failure: ZeroDivisionError: division by zero"),
        (lambda trial: None, "3 failed; the first failure: the objective returned None"),
        (lambda trial: float("nan"), "3 failed; the first failure: the objective returned nan"),
        (lambda trial: "0.9", "3 failed; the first failure: TypeError"),
    ],
)
def test_a_search_without_a_result_is_an_error(objective, said):
    with pytest.raises(CourseError, match=f"no trial has a result: .*{said}"):
        search(objective, 3)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"trials": 0}, "trials must be a whole number from 1 on, not 0"),
        ({"trials": 2.5}, "trials must be a whole number from 1 on, not 2.5"),
        ({"workers": 0}, "workers must be a whole number from 1 on, or an address, not 0"),
        ({"workers": None}, "workers must be a whole number from 1 on, or an address, not None"),
        ({"retries": -1}, "retries must be a whole number from 0 on, not -1"),
        ({"direction": "minimise"}, "Did you mean 'minimize'?"),
        ({"sampler": RANDOM(seed=1)}, "sampler=optuna.samplers.RandomSampler"),
        ({"study": "no/such/folder/study.db"}, "no/such/folder/study.db cannot hold a study: "),
        ({"study": __file__}, "file is not a database. Give a new file in a folder"),
    ],
)
def test_a_wrong_argument_is_named(given, said):
    with pytest.raises(CourseError) as caught:
        search(draw, **{"trials": 2, **given})
    assert said in str(caught.value)


def test_a_study_keeps_its_direction(tmp_path):
    search(draw, 1, study=tmp_path / "study.db")
    with pytest.raises(CourseError, match="does not maximize"):
        search(draw, 2, study=tmp_path / "study.db", direction="maximize")


@pytest.mark.parametrize("package", ["distributed", "optuna_integration"])
def test_a_missing_package_is_named(monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(CourseError, match=f'^{package} is not .*Type: pip install "optuna-integration'):
        search(draw, 2, workers=2)


def test_an_objective_that_cannot_be_sent_is_refused():
    lock = threading.Lock()
    with pytest.raises(CourseError, match=r"cannot be sent to another process \(.*lock.*\)"):
        search(lambda trial: lock, 2, workers=2)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "somewhere", ""])
def test_an_address_where_nobody_answers(impatient, address):
    with pytest.raises(CourseError, match=f"no Dask scheduler answers at '{address}'. Type there: dask scheduler"):
        search(draw, 2, workers=address)


def test_clients_that_failed_are_collected_before_the_next_one_starts(monkeypatch):
    class Old:
        def __init__(self):
            self.itself = self

        def __del__(self):
            events.append("closed")

    def start(address):
        events.append("start")
        raise CourseError("nobody there")

    events = []
    monkeypatch.setattr("course_utils.workers._at", start)
    gc.disable()
    try:
        Old()
        with pytest.raises(CourseError, match="nobody there"):
            search(draw, 2, workers="tcp://127.0.0.1:9")
    finally:
        gc.enable()
    assert events == ["closed", "start"]


def test_a_cluster_without_workers(impatient):
    from distributed import LocalCluster

    with (
        LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster,
        pytest.raises(CourseError, match=f"has no worker. Type: dask worker {cluster.scheduler_address}"),
    ):
        search(draw, 2, workers=cluster.scheduler_address)
