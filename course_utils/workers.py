"""Where the trials of a search run: in this process, in several, or on a Dask cluster.

Several processes on this machine are a Dask cluster too, because Dask's workers accept a function that was typed into
a notebook, and because Dask notices a dead process at once, by its closed connection. Optuna's own way, a heartbeat in
a database, exists for `RDBStorage` only, waits for a grace period, and needs a database that all machines reach.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import logging
import math
import os
import platform
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import optuna
from optuna.trial import Trial, TrialState

from course_utils.errors import CourseError
from course_utils.session import load_keras

if TYPE_CHECKING:
    from distributed import Client, Future

Objective = Callable[[Trial], float]
Ask = Callable[[], Trial | None]
PATIENCE = 5  # seconds until a scheduler must answer, or a cluster must have a worker
OUTCOME = "outcome"  # the name under which a trial keeps its outcome until it is told
GOES_ON = "With study=FILE, what finished is kept, and the same call goes on."
# Each process has a core to itself; by default TensorFlow would start threads for all cores in each.
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


@contextmanager
def hired(objective: Objective, workers: int | str) -> Iterator[tuple[Callable, optuna.storages.BaseStorage | None]]:
    """Processes that run an objective: so many on this machine, or those of the Dask cluster at an address.

    Yields:
        A function that takes `ask` and yields each trial that ended with what to tell Optuna, None if its process
        died; and the storage that the processes share.

    Raises:
        CourseError: If there is no such place, a package is missing, or the objective cannot be sent.
    """
    if not isinstance(workers, str) and (not isinstance(workers, int | np.integer) or workers < 1):
        raise CourseError(f"workers must be a whole number from 1 on, or an address, not {workers!r}.")
    if workers == 1:
        yield partial(_run_here, objective), None
        return
    try:
        import distributed  # noqa: F401
        from optuna_integration import DaskStorage
    except ModuleNotFoundError as error:
        raise CourseError(
            f"{error.name} is not installed, and more than one process needs it. "
            'Type: pip install "optuna-integration[dask]"'
        ) from None
    packed = _packed(objective)
    # A client that failed earlier closes itself when it is collected. If that happened while the next one starts, it
    # would wait for ever for the lock that the start holds.
    gc.collect()
    with (_at if isinstance(workers, str) else _on_this_machine)(workers) as client:
        yield partial(_run_on, client, packed), DaskStorage(client=client)


@contextmanager
def _on_this_machine(count: int) -> Iterator[Client]:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # None would still serve pages, at a port that may be taken
            memory_limit=None,  # Dask's share for each core is less than TensorFlow needs on a machine of many cores
            silence_logs=logging.CRITICAL,
            env=ONE_THREAD,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def _at(address: str) -> Iterator[Client]:
    from distributed import Client

    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError):
        raise CourseError(
            f"no Dask scheduler answers at {address!r}. Type there: dask scheduler. "
            "It prints its address, such as tcp://10.0.0.5:8786."
        ) from None
    try:
        with client:
            _require_a_worker(client, address)
            yield client
    except (OSError, asyncio.CancelledError, concurrent.futures.CancelledError):  # each call notices it in its own way
        raise CourseError(f"the Dask scheduler at {address} is gone. {GOES_ON}") from None


def _require_a_worker(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise CourseError(
            f"the Dask cluster at {address} has no worker. Type: dask worker {address} --nthreads 1"
        ) from None


def failed(trial: Trial, why: str) -> dict[str, Any]:
    """What to tell Optuna of a trial without a result; the reason is kept with the trial."""
    trial.set_user_attr("error", why)
    return {"state": TrialState.FAIL}


def _outcome(objective: Objective, trial: Trial) -> dict[str, Any]:
    """What to tell Optuna after running an objective."""
    trial.set_user_attr("process", f"{platform.node()}:{os.getpid()}")
    try:
        value = objective(trial)
        if value is None or math.isnan(value):
            return failed(trial, f"the objective returned {value}")
        return {"values": float(value)}
    except optuna.TrialPruned:
        return {"state": TrialState.PRUNED}
    except Exception as error:
        return failed(trial, f"{type(error).__name__}: {error}")


def _run_here(objective: Objective, ask: Ask) -> Iterator[tuple[Trial, dict]]:
    for trial in iter(ask, None):
        yield trial, _outcome(objective, trial)


def _run_on(client: Client, packed: bytes, ask: Ask) -> Iterator[tuple[Trial, dict | None]]:
    """As many trials at a time as the cluster has threads at that moment."""
    running = {}
    while True:
        while len(running) < max(1, sum(client.nthreads().values())) and (trial := ask()):
            running[_submit(client, packed, trial)] = trial
        if not running:
            return
        for future in _wait(client, list(running)):
            trial = running.pop(future)
            yield trial, _result(future, trial)


def _submit(client: Client, packed: bytes, trial: Trial) -> Future:
    import cloudpickle

    backend = os.environ.get("KERAS_BACKEND") if "keras" in sys.modules else None
    return client.submit(_outcome_there, packed, cloudpickle.dumps(trial), backend, pure=False)


def _outcome_there(packed: bytes, packed_trial: bytes, backend: str | None) -> dict[str, Any] | None:
    """`_outcome` in a worker's process, each trial once.

    Dask starts again what a dead process had, even a trial that had ended there. It has the outcome of the first time,
    None if the process died before there was one.
    """
    import cloudpickle

    if backend:
        load_keras(backend)  # before the objective is unpacked, which may import Keras, and not quietly
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        trial = cloudpickle.loads(packed_trial)
    known = trial.study.trials[trial.number].user_attrs
    if "process" in known:
        return known.get(OUTCOME)
    outcome = _outcome(cloudpickle.loads(packed), trial)
    trial.set_user_attr(OUTCOME, outcome)
    return outcome


def _wait(client: Client, running: list[Future]) -> set[Future]:
    """The futures that are done, one at least."""
    from distributed import wait

    while True:
        try:
            return wait(running, timeout=PATIENCE, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            if not client.nthreads():
                raise CourseError(f"the Dask cluster has lost its last worker. {GOES_ON}") from None


def _result(future: Future, trial: Trial) -> dict[str, Any] | None:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        return None
    except Exception as error:  # the objective could not even be unpacked there
        return failed(trial, f"{type(error).__name__}: {error}")


def _packed(objective: Objective) -> bytes:
    import cloudpickle

    try:
        return cloudpickle.dumps(objective)
    except Exception as error:
        raise CourseError(
            f"the objective cannot be sent to another process ({error}). Make that inside the objective."
        ) from None
