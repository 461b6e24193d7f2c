"""What the exercises of lecture 16 reply to answers that students give."""

from __future__ import annotations

import optuna
import pytest
from scipy import stats

from course_utils.exercises import get
from course_utils.exercises.checking import verdict
from course_utils.exercises.lecture_16 import space_report
from tests.replies import reply

P = "np.array([c for c in counts if c]) / sum(counts)"
ENTROPY = f"sum(-p * np.log(p) for p in {P})"
CONSTANT = [
    (f"max(counts) / sum(counts), {ENTROPY}, 1 / len({P})", "right"),
    (f"1 / len(counts), {ENTROPY}, 1 / len({P})", "guessing at random"),
    (f"max(counts) / sum(counts), np.log(len({P})), 1 / len({P})", "loss of equal probabilities"),
    (f"max(counts) / sum(counts), -np.log(max(counts) / sum(counts)), 1 / len({P})", "commonest class only"),
    (f"max(counts) / sum(counts), {ENTROPY} / np.log(2), 1 / len({P})", "in bits"),
    (f"max(counts) / sum(counts), {ENTROPY}, 1 / len(counts)", "count of 0"),
    (f"max(counts) / sum(counts), {ENTROPY}, 1 / 2", "right for two classes"),
]
RIGHT = [6, 2, 7, 5, 8, 1]
BUGS = [
    ({}, "right"),
    ({2: 5, 3: 7}, "can its rate be dead"),
    ({4: 4}, "byte by byte"),
    ({4: 1}, "lost a year later"),
    ({1: 7}, "rate is alive"),
    ({0: 1}, "comes alone"),
    ({5: 8}, "reads as well"),
    ({5: 3}, "keep what it reports"),
    ({3: ...}, "not tried yet"),
]
BEST = "sum(1 - stats.binom.cdf(i, {n}, 0.5) ** {k} for i in range({n})) / {n}"
ON_VALIDATION, REPORTED = BEST.format(k="k", n="n"), BEST.format(k="j", n="m")
EXPECTED = [
    (f"{ON_VALIDATION}, 1 / 2, {REPORTED}", "right"),
    (f"{ON_VALIDATION}, {BEST.format(k='k', n='m')}, {REPORTED}", "chosen on other rows"),
    (f"{ON_VALIDATION}, {ON_VALIDATION}, {REPORTED}", "does not come along"),
    (f"{ON_VALIDATION}, 0.5, 0.5", "chooses among j"),
    (f"{ON_VALIDATION}, 0.5, {BEST.format(k='k', n='m')}", "Only j networks"),
    (f"{BEST.format(k='n', n='k')}, 0.5, {REPORTED}", "are swapped"),
]
CUTS = "round(np.log(trials) / np.log(factor))"
STOP = f"first * factor ** {CUTS}"
PAID = f"(trials * first * (1 + (1 - 1 / factor) * {CUTS}))"
RACES = [
    (f"{STOP}, {PAID}, {PAID} / ({STOP})", "right"),
    (f"{STOP}, trials * first * (1 + {CUTS}), {PAID} / ({STOP})", "goes on from where it stood"),
    (f"{STOP}, {PAID}, {PAID} / trials", "runs to the last epoch"),
    (f"{STOP}, {PAID}, trials * {STOP} / {PAID}", "times cheaper"),
    (f"{STOP} / factor, {PAID}, {PAID} / ({STOP})", "runs on to factor times"),
]
OF_RANDOM, OF_TPE = "min(done, total - done)", "min(done, max(0, min(total, first_random) - done))"
TRIED_AGAIN = [
    (f"{OF_RANDOM}, {OF_TPE}, 0", "right"),
    (f"total - done, {OF_TPE}, 0", "only so many to repeat"),
    (f"done, {OF_TPE}, 0", "only as many as are missing"),
    (f"{OF_RANDOM}, {OF_RANDOM}, 0", "From then on TPE reads the study"),
    (f"{OF_RANDOM}, 0, 0", "Its first trials are random"),
    (f"{OF_RANDOM}, min(total, first_random) - done, 0", "only four can be repeated"),
    (f"{OF_RANDOM}, {OF_TPE}, {OF_RANDOM}", "a number that is its own"),
]
SPACE = """
def space(trial):
    r = trial.suggest_float("rate", {rate})
    n = trial.suggest_int("layers", 1, 3)
    u = []
    for i in range({asked}):
        u.append(trial.{kind}("units_" + str(i + 1), 16, 256{scale}))
    return r, u, trial.suggest_float("dropout", {dropout})


report = space_report(space)
"""
GOOD = {"rate": "1e-5, 1, log=True", "asked": "n", "kind": "suggest_int", "scale": ", log=True", "dropout": "0.0, 0.5"}
SPACES = [
    ({}, "right"),
    ({"rate": "1e-5, 1"}, "nine of ten trials"),
    ({"rate": "-5, 0"}, "the rates themselves"),
    ({"asked": "3"}, "does not exist are asked for"),
    ({"asked": "n - 1"}, "Units are missing"),
    ({"kind": "suggest_float"}, "a whole number of units"),
    ({"scale": ""}, "as far as from 128"),
    ({"dropout": "0, 0.5, log=True"}, "cannot start at 0"),
    ({"dropout": "0, 50"}, "is a share"),
]


@pytest.mark.parametrize(("answer", "said"), CONSTANT)
def test_constant_answers(answer, said):
    assert said in reply("constant-answers", "counts", answer)


@pytest.mark.parametrize(("changed", "said"), BUGS)
def test_name_the_bug(changed, said):
    assert said in verdict(get("name-the-bug"), [changed.get(i, name) for i, name in enumerate(RIGHT)])


@pytest.mark.parametrize(("answer", "said"), EXPECTED)
def test_expected_best(answer, said):
    code = f"def attempt(k, n, j, m):\n    return {answer}"
    assert said in verdict(get("expected-best"), get("expected-best").defined_by(code))


def test_expected_best_of_one_is_one_half():
    best, same, reported = get("expected-best").reference(1, 30, 1, 20)
    assert best == pytest.approx(0.5) and same == 0.5 and reported == pytest.approx(0.5)
    assert get("expected-best").reference(2, 1, 1, 1)[0] == pytest.approx(1 - stats.binom.pmf(0, 2, 0.5))


@pytest.mark.parametrize(("answer", "said"), RACES)
def test_race_epochs(answer, said):
    assert said in reply("race-epochs", "trials, factor, first", answer)


@pytest.mark.parametrize(("changed", "said"), SPACES)
def test_search_space(changed, said):
    exercise = get("search-space")
    assert said in verdict(exercise, exercise.defined_by(SPACE.format(**GOOD | changed)))


def test_a_stub_asks_for_nothing():
    assert space_report(lambda trial: (..., ...)) == [...]


def test_the_error_of_a_space_that_stops_is_told_in_full():
    told = verdict(get("search-space"), space_report(lambda trial: trial.suggest_uniform("rate", 0, 1)))
    assert "your code stopped with AttributeError: trial.suggest_uniform is not part of this exercise" in told
    assert "ask with suggest_float or suggest_int\n" in told


def test_names_that_are_not_asked_for_are_counted():
    one, three, others = space_report(lambda trial: trial.suggest_int("depth", 1, 3))
    assert not one.any() and not three.any() and others == 1


def test_the_played_trial_asks_as_optuna_does():
    names = {}
    exec(get("search-space").solution, {"space_report": lambda space: names.setdefault("space", space)})
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(20):
        trial = study.ask()
        rate, units, dropout = names["space"](trial)
        assert len(units) == trial.params["layers"] and 1e-5 <= rate <= 1 and 0 <= dropout <= 0.5
        assert set(trial.params) == {"rate", "layers", "dropout", *(f"units_{i + 1}" for i in range(len(units)))}


def tried_twice(make_sampler, done, total, of_first):
    """How many of the first rates of a study repeat earlier ones when its sampler starts anew after some trials."""

    def objective(trial):
        return trial.suggest_float("rate", 1e-5, 1, log=True)

    study = optuna.create_study(sampler=make_sampler())
    study.optimize(objective, n_trials=done)
    study.sampler = make_sampler()
    study.optimize(objective, n_trials=total - done)
    first = [trial.params["rate"] for trial in study.trials[:of_first]]
    return len(first) - len(set(first))


@pytest.mark.parametrize(("done", "total"), [(5, 8), (4, 14), (7, 30), (12, 20), (3, 9), (20, 31)])
def test_a_sampler_that_starts_anew_repeats_as_many_as_the_exercise_says(done, total):
    of_random = tried_twice(lambda: optuna.samplers.RandomSampler(seed=6), done, total, of_first=total)
    of_tpe = tried_twice(lambda: optuna.samplers.TPESampler(seed=6), done, total, of_first=10)
    assert get("tried-again").reference(done, total, 10) == (of_random, of_tpe, 0)


@pytest.mark.parametrize(("answer", "said"), TRIED_AGAIN)
def test_tried_again(answer, said):
    assert said in reply("tried-again", "done, total, first_random", answer)
