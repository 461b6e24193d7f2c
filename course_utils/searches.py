"""Search for hyper-parameters with Optuna: in this process, in several, or on a Dask cluster, by one argument.

Optuna keeps the list of trials and proposes parameters (`ask`), an objective runs wherever there is room, and Optuna
takes down how it ended (`tell`). While a search runs, its trials live in memory, where every worker reads and reports.
Each trial that ends is copied at once into the study of the caller, which may be a file.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import optuna
from optuna.storages import RetryHeartbeatStaleTrialCallback
from optuna.trial import FrozenTrial, Trial, TrialState

from course_utils.errors import CourseError, require_choice
from course_utils.progress import bar
from course_utils.workers import OUTCOME, failed, hired

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)


def search(
    objective: Callable[[Trial], float],
    trials: int,
    *,
    workers: int | str = 1,
    study: str | os.PathLike | None = None,
    sampler: Callable[..., optuna.samplers.BaseSampler] = optuna.samplers.TPESampler,
    pruner: optuna.pruners.BasePruner | None = None,
    direction: str = "minimize",
    retries: int = 1,
    seed: int = 0,
) -> optuna.Study:
    """Run an objective for `trials` sets of hyper-parameters, wherever there is room.

    A trial whose process dies is kept as failed and run again, with the same parameters, in another process. An
    objective that raises is not run again: it would raise again. The same call with the same file goes on where the
    last one stopped, after Ctrl-C or a power cut, and tries again what failed. Use a file for one search at a time.

    Trial k gets a sampler with a seed of its own, made of `seed` and k. So random search draws the same parameters in
    any number of processes; a method that learns from earlier trials need not, as other trials have ended when it
    looks.

    Args:
        objective: Takes an Optuna trial, asks it for parameters, returns the number to be optimized.
        trials: How many trials the study shall have at the end, those in the file included.
        workers: 1 runs in this process; 2 or more start as many processes here; an address such as
            "tcp://10.0.0.5:8786" takes the workers of a Dask cluster (`dask worker ADDRESS --nthreads 1`, with the
            same packages, this course included). In a script, 2 or more need `if __name__ == "__main__":`.
        study: A file for the trials that ended, SQLite, on this machine; None keeps them in memory.
        sampler: What makes a sampler from `seed=`, such as `optuna.samplers.RandomSampler`. A grid has one order for
            all trials: `lambda seed: optuna.samplers.GridSampler(space, seed=0)`.
        pruner: Stops bad trials early, where the objective reports in between; None takes Optuna's median rule.
        direction: "minimize" or "maximize".
        retries: How often a trial is run again after its process died.
        seed: Decides what the sampler draws.

    Returns:
        Optuna's study, trials in the order in which they ended. `trial.user_attrs` has "index" (k), "process" (where
        it ran) and, where it failed, "error"; `search_summary(study)` counts them.

    Raises:
        CourseError: If an argument cannot work, a package or the cluster is missing, or no trial finished.

    Source: Akiba et al. 2019, *Optuna*; Rocklin 2015, *Dask*. Taught in lecture 16.
    """
    _require_number("trials", trials, 1)
    _require_number("retries", retries, 0)
    _require_maker(sampler)
    require_choice("direction", direction, ("minimize", "maximize"))
    with _quiet():
        record = _open(study, direction)
        with hired(objective, workers) as (run, storage), bar(trials, "search") as progress:
            live = _plan(record, trials, storage=storage, pruner=pruner)
            for trial, outcome in run(lambda: _ask(live, sampler, seed)):
                _keep(record, _tell(live, trial, outcome, retries), study)
                progress.update(len(_finished(record)) - progress.n)
    if not _finished(record):
        raise CourseError(f"no trial has a result: {search_summary(record)}. Try the objective alone, in this process.")
    return record


def search_summary(study: optuna.Study) -> str:
    """One line on how the trials of a search ended, such as "24 trials finished, 1 retried, 0 failed".

    "Retried" are those that finished after a process died; "failed" those that have no result. Taught in lecture 16.
    """
    finished = _finished(study)
    pruned = sum(trial.state == TrialState.PRUNED for trial in finished.values())
    retried = sum("retry_history" in trial.system_attrs for trial in finished.values())
    unfinished = [trial.user_attrs for trial in study.trials if trial.user_attrs["index"] not in finished]
    failed = {attributes["index"] for attributes in unfinished}
    early = f" ({pruned} of them stopped early)" if pruned else ""
    first = f"; the first failure: {unfinished[0]['error']}" if failed else ""
    return f"{len(finished)} trials finished{early}, {retried} retried, {len(failed)} failed{first}"


def _finished(study: optuna.Study) -> dict[int, FrozenTrial]:
    """The trials that have a result, by index."""
    return {trial.user_attrs["index"]: trial for trial in study.get_trials(deepcopy=False, states=FINISHED)}


def _open(path: str | os.PathLike | None, direction: str) -> optuna.Study:
    """The caller's study: the one in the file, else a new one."""
    if path is None:
        return optuna.create_study(direction=direction)
    storage = f"sqlite:///{Path(path).expanduser()}"
    try:
        study = optuna.create_study(study_name="search", storage=storage, direction=direction, load_if_exists=True)
    except Exception as error:  # a folder, another kind of file, a study of another Optuna: SQLAlchemy's and its own
        said = str(error).splitlines()[0]
        raise CourseError(f"{path} cannot hold a study: {said}. Give a new file in a folder that exists.") from None
    if study.direction.name.lower() != direction:
        raise CourseError(f"the study in {path} does not {direction}. Give a new file, or the direction it has.")
    return study


def _keep(record: optuna.Study, trial: FrozenTrial, path: str | os.PathLike | None) -> None:
    """Take a trial into the caller's study."""
    try:
        record.add_trial(trial)
    except optuna.exceptions.StorageInternalError as error:  # SQLAlchemy says what the matter is
        said = str(error.__cause__ or error).splitlines()[0]
        raise CourseError(
            f"{path} cannot be written any more ({said}). Make room on that disk; what finished is kept, and the same "
            "call goes on."
        ) from None


def _plan(record: optuna.Study, trials: int, **settings) -> optuna.Study:
    """The study that a run works on: what is known already, and a waiting trial for each index that has no result."""
    done = _finished(record)
    missing = [index for index in range(trials) if index not in done]
    if done and missing:
        print(f"{len(done)} trials are done; the search goes on at trial {missing[0]} of {trials}.")
    live = optuna.create_study(direction=record.direction, **settings)
    # Each waiting trial's number is its index; GridSampler takes its points by these numbers.
    live.add_trials(done.get(index) or optuna.create_trial(state=TrialState.WAITING) for index in range(trials))
    return live


def _ask(live: optuna.Study, sampler: Callable[..., optuna.samplers.BaseSampler], seed: int) -> Trial | None:
    """The next trial to run, None if none is waiting."""
    waiting = live.get_trials(deepcopy=False, states=(TrialState.WAITING,))
    if not waiting:
        return None
    index = waiting[0].system_attrs.get("failed_trial", waiting[0].number)  # a retry names its first try
    # A sampler is copied into the process of its trial: with one seed for all, all trials would draw the same.
    live.sampler = sampler(seed=int(np.random.SeedSequence([seed, index]).generate_state(1)[0]))
    trial = live.ask()
    trial.set_user_attr("index", index)
    return trial


def _tell(live: optuna.Study, trial: Trial, outcome: dict | None, retries: int) -> FrozenTrial:
    """Take down how a trial ended; if its process died, let it wait again, but not more than `retries` times."""
    # GridSampler ends the loop of `study.optimize` after its last point, and finds none here.
    with suppress(RuntimeError):
        live.tell(trial, **(outcome or failed(trial, "its process died")))
    if outcome is None:
        lost = live.trials[trial.number]
        lost.user_attrs = {}
        RetryHeartbeatStaleTrialCallback(max_retry=retries)(live, lost)
    told = live.trials[trial.number]
    told.user_attrs.pop(OUTCOME, None)
    return told


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back Optuna's note on each new study, and its warnings that what we use is experimental."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)


def _require_number(name: str, number: object, least: int) -> None:
    if not isinstance(number, int | np.integer) or number < least:
        raise CourseError(f"{name} must be a whole number from {least} on, not {number!r}.")


def _require_maker(sampler: object) -> None:
    if isinstance(sampler, optuna.samplers.BaseSampler):
        name = type(sampler).__name__
        raise CourseError(
            f"give what makes a sampler from a seed, not a sampler: sampler=optuna.samplers.{name}, "
            f"or sampler=lambda seed: optuna.samplers.{name}(…, seed=seed)."
        )
