"""Exercises of lecture 16, practice."""

from collections.abc import Callable

import numpy as np
from scipy import stats

from course_utils.exercises.exercise import Exercise, Mistake

_SETTINGS = ("rate", "layers", "units_1", "units_2", "units_3", "dropout")


class _Played:
    """A trial that writes down what it is asked for, and answers with the number of layers that it was given."""

    def __init__(self, layers: int) -> None:
        self.layers = layers
        self.asked: dict[str, tuple[float, ...]] = {}

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        return self._note(name, low, high, log, whole=False)

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        value = self._note(name, low, high, log, whole=True)
        return self.layers if name == "layers" else value

    def __getattr__(self, name: str) -> None:
        raise AttributeError(f"trial.{name} is not part of this exercise: ask with suggest_float or suggest_int")

    def _note(self, name: str, low: float, high: float, log: bool, whole: bool) -> float:
        if log and low <= 0:
            raise ValueError(f"the low end of {name} must be above 0 on a log scale")
        self.asked[name] = (1.0, low, high, float(log), float(whole))
        return low


def space_report(space: Callable) -> list | Exception:
    """What a search space asks an Optuna trial for: for the exercise on search spaces.

    Args:
        space: Takes a trial and calls its `suggest_float` and `suggest_int`.

    Returns:
        For a trial that answers layers = 1, and for one that answers 3, an array (6, 5): a row for each of rate,
        layers, units_1, units_2, units_3 and dropout; columns: 1 if it is asked for, low, high, 1 for a log scale, 1
        for whole numbers; zeros if it is not asked for. Then how many other names are asked for. A list with `...` if
        nothing is; the error if the space stops.
    """
    try:
        one, three = (_play(space, layers) for layers in (1, 3))
    except Exception as error:
        return error
    if not one:
        return [...]
    rows = [np.array([asked.get(name, (0.0,) * 5) for name in _SETTINGS], float) for asked in (one, three)]
    return [*rows, float(len((one.keys() | three.keys()) - set(_SETTINGS)))]


def _play(space: Callable, layers: int) -> dict[str, tuple[float, ...]]:
    trial = _Played(layers)
    space(trial)
    return trial.asked


CONSTANT = Exercise(
    id="constant-answers",
    lecture=16,
    task="Best accuracy, best mean cross-entropy and best balanced accuracy of an answer that ignores the image.",
    stub="""
        def constant_scores(counts):
            accuracy, loss, balanced_accuracy = ..., ..., ...
            return accuracy, loss, balanced_accuracy
    """,
    solution="""
        def constant_scores(counts):
            p = np.array(counts) / np.sum(counts)
            there = p[p > 0]
            accuracy = np.max(p)
            loss = -np.sum(there * np.log(there))
            balanced_accuracy = 1 / len(there)
            return accuracy, loss, balanced_accuracy
    """,
    explanation=(
        "Always the commonest class is right for its share of the images. The loss is least for the shares themselves "
        "as probabilities: the entropy. One class is read in full and the others not at all, so the mean over the "
        "classes that occur is one over their number, whichever class it is."
    ),
    hints=(
        "Accuracy: the answer is the same for all images. Which answer is right most often, and for which share?",
        "Loss: give probabilities, not a class. With the shares themselves the mean of −ln p(right class) is least. A "
        "class that never occurs adds 0, where NumPy says nan.",
        "Balanced accuracy: one class is read with share 1, the others with share 0. How many classes are there?",
    ),
    mistakes=(
        Mistake("accuracy = np.max(p)", "accuracy = 1 / len(p)", "That is guessing at random. Which class pays more?"),
        Mistake(
            "accuracy = np.max(p)",
            "accuracy = np.sum(p**2)",
            "That is drawing answers with the shares. Always giving the commonest class is better.",
        ),
        Mistake(
            "-np.sum(there * np.log(there))",
            "np.log(len(there))",
            "That is the loss of equal probabilities. The shares are not equal.",
        ),
        Mistake(
            "-np.sum(there * np.log(there))",
            "-np.log(np.max(p))",
            "That counts the commonest class only. The other classes have a loss, too: take the mean over all images.",
        ),
        Mistake("-np.sum(there * np.log(there))", "np.sum(there * np.log(there))", "A loss is positive: minus."),
        Mistake(
            "-np.sum(there * np.log(there))",
            "-np.sum(there * np.log2(there))",
            "That is in bits. Keras's cross-entropy has the natural logarithm.",
        ),
        Mistake(
            "-np.sum(there * np.log(there))",
            "-np.mean(np.log(there))",
            "That weights all classes alike. The mean is over images: weight each class with its share.",
        ),
        Mistake(
            "1 / len(there)", "1 / len(p)", "A class with a count of 0 has no share that could be read: leave it out."
        ),
        Mistake("1 / len(there)", "np.max(p)", "That is the plain accuracy. Here each class counts the same."),
        Mistake("1 / len(there)", "0.5", "That is right for two classes. How many are there here?"),
    ),
    cases=[
        {"counts": [90, 10]},
        {"counts": [12, 36, 0, 24]},
        {"counts": [5, 5, 5, 5, 5]},
    ],
    hint_for_each=True,
)

NAME_THE_BUG = Exercise(
    id="name-the-bug",
    lecture=16,
    task="Give the number of the bug, 1 to 8, of each of six reports A to F.",
    stub="""
        bug_of = dict(A=..., B=..., C=..., D=..., E=..., F=...)
    """,
    solution="""
        bugs = [6, 2, 7, 5, 8, 1]
    """,
    explanation=(
        "A: one row differs, an image changes its scores with its company. B: neighbours agree as chance does; the "
        "batch is learned by heart all the same. C and D both fail on one batch; D reads 94 % all the same and ends at "
        "ln(1 + 9/e), C has not moved from its first loss. E passes every check, and loses ten points on later "
        "images: its test set was not independent. F passes and keeps what it promised."
    ),
    hints=(
        "A: one row of its column is unlike all others. In which mode does an image depend on its company?",
        "B learns its batch by heart and reads at chance. Which row tells that the data are at fault?",
        "C cannot learn one batch, and its loss there is still about the first one, 2.74.",
        "D cannot learn one batch by the loss, and reads 94 % all the same. Which number is 1.46?",
        "E passes all checks. Compare its last two rows.",
        "F passes all checks. Does it keep what it reports?",
    ),
    mistakes=(
        Mistake(
            "7, 5",
            "5, 7",
            "Both fail on one batch. One of them has learned to read digits: can its rate be dead?",
        ),
        Mistake(
            "8, 1",
            "4, 1",
            "Copies byte by byte would be found in the row of test images that are in training. E has none of these.",
        ),
        Mistake(
            "8, 1",
            "1, 1",
            "A healthy program keeps what it reports. What has E lost a year later?",
        ),
        Mistake(
            "6, 2",
            "6, 7",
            "B learns its one batch by heart: its rate is alive.",
        ),
        Mistake(
            "6, 2",
            "1, 2",
            "Accuracy is fine in batches. What does A say when an image comes alone?",
        ),
        Mistake(
            "8, 1",
            "8, 8",
            "F reads as well a year later. What would point at copies?",
        ),
    ),
    tolerance=1e-9,
    hint_for_each=True,
)

EXPECTED = Exercise(
    id="expected-best",
    lecture=16,
    task="Expected accuracies: the best of k guessers on validation, the same on test, and the best of j on test.",
    stub="""
        def expected_reports(k, n, j, m):
            best_on_validation, same_on_test, reported = ..., ..., ...
            return best_on_validation, same_on_test, reported
    """,
    solution="""
        def expected_reports(k, n, j, m):
            best_of = lambda count, rows: np.mean(1 - stats.binom.cdf(np.arange(rows), rows, 0.5) ** count)
            best_on_validation = best_of(k, n)
            same_on_test = 0.5
            reported = best_of(j, m)
            return best_on_validation, same_on_test, reported
    """,
    explanation=(
        "The best of k on n rows is the formula of the lecture. On test rows that network is an ordinary guesser: one "
        "half. The j best of validation are ordinary guessers there, too, so the best of them is the best of j on m "
        "rows. A test set that chooses among j finalists is a validation set."
    ),
    hints=(
        "Best of k on n rows: the mean of 1 − F(i)^k over i = 0 … n − 1.",
        "What has luck on the validation rows to do with the test rows, if the labels are coin flips?",
        "On the test rows the j finalists are as good as any j networks. And then somebody takes the best of them.",
    ),
    mistakes=(
        Mistake("np.arange(rows), rows", "np.arange(rows + 1), rows", "Sum from i = 0 to n − 1: n terms, not n + 1."),
        Mistake("np.arange(rows), rows", "np.arange(1, rows + 1), rows", "The sum starts at i = 0 and ends at n − 1."),
        Mistake(
            "1 - stats.binom.cdf(np.arange(rows), rows, 0.5) ** count",
            "(1 - stats.binom.cdf(np.arange(rows), rows, 0.5)) ** count",
            "Below one half: that is the worst of them. The best has at most i right if all k have: F(i)^k.",
        ),
        Mistake("best_of(k, n)", "best_of(n, k)", "k networks, n rows: your two numbers are swapped."),
        Mistake(
            "same_on_test = 0.5",
            "same_on_test = best_of(k, m)",
            "It was chosen on other rows. On the test rows it is one guesser, not the best of k.",
        ),
        Mistake(
            "same_on_test = 0.5",
            "same_on_test = best_on_validation",
            "Its luck on the validation rows does not come along.",
        ),
        Mistake(
            "reported = best_of(j, m)",
            "reported = 0.5",
            "One finalist would read one half. But the test set chooses among j of them.",
        ),
        Mistake(
            "reported = best_of(j, m)",
            "reported = best_of(k, m)",
            "Only j networks get to the test set.",
        ),
        Mistake(
            "reported = best_of(j, m)",
            "reported = best_of(j, n)",
            "The finalists are compared on the m test rows.",
        ),
        Mistake(
            "reported = best_of(j, m)",
            "reported = best_of(k, n + m)",
            "The two sets are not one: the report counts the test rows only.",
        ),
    ),
    cases=[
        {"k": 64, "n": 100, "j": 4, "m": 50},
        {"k": 10, "n": 40, "j": 3, "m": 200},
    ],
    names={"stats": stats},
    hint_for_each=True,
)

SPACE = Exercise(
    id="search-space",
    lecture=16,
    task="Write a search space in Optuna with a setting that exists for some trials only.",
    stub="""
        def space(trial):
            rate, units, dropout = ..., ..., ...  # units: a list, a number for each layer
            return rate, units, dropout


        report = space_report(space)
    """,
    solution="""
        def space(trial):
            rate = trial.suggest_float("rate", 1e-5, 1, log=True)
            layers = trial.suggest_int("layers", 1, 3)
            units = [trial.suggest_int(f"units_{i}", 16, 256, log=True) for i in range(1, layers + 1)]
            dropout = trial.suggest_float("dropout", 0, 0.5)
            return rate, units, dropout


        report = space_report(space)
    """,
    explanation=(
        "The space is a program: it may ask, look at the answer, and ask on. A trial with one layer is not asked for "
        "units_2, so the sampler does not learn from a number that changed nothing. A log scale needs a low end above "
        "0; dropout of 0 is a value that we want, so its scale is even."
    ),
    hints=(
        "trial.suggest_float(name, low, high, log=True) and suggest_int, its twin, ask for one value. Compare each row "
        "of the report with the task: is it asked for, low, high, log scale, whole number.",
        "The number of layers comes back from the trial. Ask for the units of each of these layers, in a loop.",
        "Names are text: f'units_{i}' with i = 1, 2, …",
        "Result 1 of the report: a trial with one layer; result 2: with three. A row for each setting, in order.",
    ),
    mistakes=(
        Mistake(
            '"rate", 1e-5, 1, log=True',
            '"rate", 1e-5, 1',
            "Without log=True nine of ten trials have a rate above 0.1. Which scale covers five powers of ten?",
        ),
        Mistake('"rate", 1e-5, 1, log=True', '"rate", -5, 0', "Optuna gets the rates themselves, and log=True."),
        Mistake(
            "range(1, layers + 1)",
            "range(1, 4)",
            "Units of a layer that does not exist are asked for. Loop over the layers that the trial has.",
        ),
        Mistake(
            "range(1, layers + 1)",
            "range(1, layers)",
            "Units are missing: their numbers run from 1 to `layers`, and range ends before its end.",
        ),
        Mistake("range(1, layers + 1)", "range(layers)", "The first layer is called units_1 here, not units_0."),
        Mistake("16, 256, log=True", "16, 256", "Units on a log scale: from 16 to 32 is as far as from 128 to 256."),
        Mistake('suggest_int(f"units_{i}"', 'suggest_float(f"units_{i}"', "A layer has a whole number of units."),
        Mistake('f"units_{i}"', '"units_1"', "All layers share a name, so they share their units. One name each."),
        Mistake('"dropout", 0, 0.5', '"dropout", 0, 0.5, log=True', "A log scale cannot start at 0. Here it is even."),
        Mistake('"dropout", 0, 0.5', '"dropout", 0, 50', "Keras's rate of dropout is a share, from 0 to 1."),
        Mistake(
            'suggest_int("layers", 1, 3)', 'suggest_float("layers", 1, 3)', "Half a layer cannot be built: suggest_int."
        ),
        Mistake('"layers", 1, 3', '"layers", 0, 3', "The task has one layer at least."),
    ),
    names={"space_report": space_report},
    hint_for_each=False,
)

RACE = Exercise(
    id="race-epochs",
    lecture=16,
    task="Successive halving by any factor: where the last trial stops, the epochs of all, and what they would pay.",
    stub="""
        def race(trials, factor, first):
            last_epoch, epochs, full_trials = ..., ..., ...
            return last_epoch, epochs, full_trials
    """,
    solution="""
        def race(trials, factor, first):
            running, before, now, epochs = trials, 0, first, 0
            while running >= 1:
                epochs += running * (now - before)
                running, before, now = running // factor, now, now * factor
            last_epoch = before
            full_trials = epochs / last_epoch
            return last_epoch, epochs, full_trials
    """,
    explanation=(
        "After each cut one trial in `factor` runs on, to `factor` times the epoch: every stretch but the first costs "
        "the same, trials × first × (1 − 1/factor). So the price grows with the number of cuts, and the last epoch "
        "grows as a power: in thirds, 27 trials cost as much as three full ones, and 729 as five."
    ),
    hints=(
        "27 trials, thirds, first cut after epoch 1: cuts at 1, 3, 9; the last trial stops at 27. After how many "
        "cuts is one trial left, for any `trials`?",
        "A trial that goes on does not start anew: between two cuts it takes only the epochs that lie between them.",
        "A full trial is one that runs from the start to the last epoch.",
    ),
    mistakes=(
        Mistake(
            "running * (now - before)",
            "running * now",
            "A trial goes on from where it stood: between two cuts it takes the difference of their epochs.",
        ),
        Mistake(
            "while running >= 1",
            "while running > 1",
            "One trial is left after the last cut, and it runs on to factor times that epoch.",
        ),
        Mistake(
            "epochs += running * (now - before)",
            "epochs += now - before",
            "All trials that are still in the race take these epochs, not one.",
        ),
        Mistake(
            "full_trials = epochs / last_epoch",
            "full_trials = epochs / trials",
            "Divide by what one full trial takes: it runs to the last epoch.",
        ),
        Mistake(
            "full_trials = epochs / last_epoch",
            "full_trials = trials * last_epoch / epochs",
            "That is how many times cheaper the race is. How many trials could run to the end for its epochs?",
        ),
        Mistake("now * factor", "now + factor", "Each cut is at `factor` times the epoch of the one before."),
    ),
    cases=[
        {"trials": 27, "factor": 3, "first": 1},
        {"trials": 8, "factor": 2, "first": 3},
        {"trials": 64, "factor": 4, "first": 2},
    ],
    hint_for_each=True,
)

TRIED_AGAIN = Exercise(
    id="tried-again",
    lecture=16,
    task="How many trials a search repeats after a stop: random, TPE, and with a seed for each trial.",
    stub="""
        def tried_again(done, total, first_random):
            of_random, of_tpe, of_seeded_trials = ..., ..., ...
            return of_random, of_tpe, of_seeded_trials
    """,
    solution="""
        def tried_again(done, total, first_random):
            missing = total - done
            still_random = min(total, first_random) - done
            of_random = min(missing, done)
            of_tpe = min(max(still_random, 0), done)
            of_seeded_trials = 0
            return of_random, of_tpe, of_seeded_trials
    """,
    explanation=(
        "A random sampler with a seed draws one fixed sequence, and starts it anew with the program: it repeats until "
        "it has caught up, or until no trial is missing. TPE draws its first trials from such a sequence, too, but "
        "only as long as the study has fewer trials than it wants random ones. Where the seed belongs to the trial, "
        "nothing depends on where the program started."
    ),
    hints=(
        "Random: write the sequence a b c d e … The program stops after `done` of them, and begins at a again. With 5 "
        "of 8 done, which three come? And with 5 of 14?",
        "TPE: of the trials that are missing only those are random that come before trial number `first_random` + 1.",
        "A seed for each trial: does what trial k draws depend on when the program was started?",
    ),
    mistakes=(
        Mistake(
            "min(missing, done)",
            "missing",
            "After `done` trials there are only so many to repeat; then the sequence goes on with new ones.",
        ),
        Mistake("min(missing, done)", "done", "The program tries only as many as are missing."),
        Mistake("min(missing, done)", "0", "The sampler does not read the study: its sequence starts anew."),
        Mistake(
            "min(max(still_random, 0), done)",
            "min(missing, done)",
            "Random trials end at `first_random`. From then on TPE reads the study, and repeats nothing.",
        ),
        Mistake(
            "min(max(still_random, 0), done)",
            "0",
            "Its first trials are random, and start anew like those of random search.",
        ),
        Mistake(
            "min(max(still_random, 0), done)",
            "still_random",
            "With 4 of 14 done six more are random, but only four can be repeated. And there are never less than none.",
        ),
        Mistake(
            "min(max(still_random, 0), done)",
            "min(max(first_random, 0), done)",
            "Random trials that were done before the stop are not missing. How many of the missing ones are random?",
        ),
        Mistake(
            "of_seeded_trials = 0",
            "of_seeded_trials = of_random",
            "Each trial has a number that is its own, and the seed comes from that number.",
        ),
    ),
    cases=[
        {"done": 5, "total": 8, "first_random": 10},
        {"done": 4, "total": 14, "first_random": 10},
        {"done": 12, "total": 20, "first_random": 10},
        {"done": 7, "total": 30, "first_random": 10},
    ],
    hint_for_each=True,
)

EXERCISES = [CONSTANT, NAME_THE_BUG, EXPECTED, SPACE, RACE, TRIED_AGAIN]
