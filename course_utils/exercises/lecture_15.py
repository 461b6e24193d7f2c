"""Exercises of lecture 15, fairness."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Mistake


def _test(seed: int, women: float) -> dict[str, object]:
    """Labels, answers and groups of forty faces, half of them women, and the share of women in the population."""
    rng = np.random.default_rng(seed)
    group = rng.permutation(np.repeat([0, 1], 20))
    label = (rng.uniform(size=40) < np.where(group == 1, 0.4, 0.6)).astype(int)
    answer = np.where(rng.uniform(size=40) < np.where(group == 1, 0.4, 0.2), 1 - label, label)
    return {"label": label, "answer": answer, "group": group, "women": women}


RATES = Exercise(
    id="rates-by-group",
    lecture=15,
    task="True-positive rates of two groups; accuracy and precision in a population with another share of women.",
    stub="""
        def rates_by_group(label, answer, group, women):
            recognized_men, recognized_women, accuracy, precision = ..., ..., ..., ...
            return recognized_men, recognized_women, accuracy, precision
    """,
    solution="""
        def rates_by_group(label, answer, group, women):
            men_rate, women_rate = [np.mean(answer[(group == g) & (label == 1)]) for g in (0, 1)]
            stands_for = np.where(group == 1, women / np.sum(group == 1), (1 - women) / np.sum(group == 0))
            accuracy = np.sum(stands_for * (answer == label))
            precision = np.sum(stands_for * answer * label) / np.sum(stands_for * answer)
            return men_rate, women_rate, accuracy, precision
    """,
    explanation=(
        "The true-positive rate of a group looks at its smiling faces only, so the mix of the test does not matter. "
        "For the population each face of the test stands for a share: a woman for women / number of women in the "
        "test. Accuracy and precision are sums of these shares."
    ),
    hints=(
        "Choose the men with label 1. Which share of them got the answer 1?",
        "Choose the women with label 1. Which share of them got the answer 1?",
        "Each woman of the test stands for women / (number of women in the test) of the population, and each man for "
        "(1 − women) / (number of men). Add up what the right answers stand for.",
        "Among the faces with answer 1: what do those with label 1 stand for, and what do all of them?",
    ),
    mistakes=(
        Mistake(
            "np.sum(stands_for * (answer == label))",
            "np.mean(answer == label)",
            "That is the accuracy on the test, where half are women. In the population they are another share.",
        ),
        Mistake(
            "np.sum(stands_for * answer * label) / np.sum(stands_for * answer)",
            "np.mean(label[answer == 1])",
            "That is the precision on the test. The share of women is part of it: weigh the faces.",
        ),
        Mistake(
            "np.mean(answer[(group == g) & (label == 1)])",
            "np.mean(label[(group == g) & (answer == 1)])",
            "Of those with answer 1 you counted label 1: that is a precision. The rate asks of those with label 1.",
        ),
        Mistake(
            "np.mean(answer[(group == g) & (label == 1)])",
            "np.mean((answer == label)[group == g])",
            "That is the accuracy within the group. The true-positive rate looks at label 1 only.",
        ),
        Mistake(
            "np.where(group == 1, women / np.sum(group == 1), (1 - women) / np.sum(group == 0))",
            "np.where(group == 0, women / np.sum(group == 1), (1 - women) / np.sum(group == 0))",
            "Group 1 are the women: they stand for the share `women`, the men for the rest.",
        ),
        Mistake(
            "/ np.sum(stands_for * answer)\n",
            "/ np.sum(stands_for * label)\n",
            "Divided by all smiling faces: that is the true-positive rate of the population. Which faces got a yes?",
        ),
    ),
    cases=[_test(1, 0.08), _test(2, 0.3), _test(3, 0.8)],
    hint_for_each=True,
)

THRESHOLD = Exercise(
    id="best-threshold",
    lecture=15,
    task="The most accurate threshold for two normal distributions, and how the log-odds of the share move it.",
    stub="""
        def best_threshold(low, high, a, q):
            threshold, change = ..., ...
            return threshold, change
    """,
    solution="""
        def best_threshold(low, high, a, q):
            threshold = (low + high) / 2 - a**2 / (high - low) * np.log(q / (1 - q))
            change = -(high - low) / a**2
            return threshold, change
    """,
    explanation=(
        "Label 1 is likelier where q times its density is larger: (d − low)² − (d − high)² > −2a² ln(q / (1 − q)). "
        "The squares of d cancel: d > (low + high)/2 − a²/(high − low) · ln(q / (1 − q)). One unit of log-odds moves "
        "the threshold by −a²/(high − low), so a move by 1 takes the inverse of that."
    ),
    hints=(
        "Write both densities, each times its share, set them equal and take the logarithm. The squares of d cancel.",
        "How far does the threshold move if ln(q / (1 − q)) grows by 1? You need the inverse, with its sign.",
    ),
    mistakes=(
        Mistake(
            "a**2 / (high - low) * np.log",
            "a**2 / 2 * np.log",
            "In the lecture the two means lie 2 apart. How far here?",
        ),
        Mistake(
            "(low + high) / 2 -",
            "-",
            "In the lecture the middle between the two means is 0. Where is it here?",
        ),
        Mistake(
            "- a**2 / (high - low) * np.log",
            "+ a**2 / (high - low) * np.log",
            "If label 1 is frequent, is less or more needed to say 1?",
        ),
        Mistake(
            "- a**2 / (high - low) * np.log",
            "- a / (high - low) * np.log",
            "The exponent of the normal density holds the variance.",
        ),
        Mistake(
            "np.log(q / (1 - q))",
            "np.log(q)",
            "The share of label 0 counts as well: its density is multiplied with 1 − q.",
        ),
        Mistake(
            "-(high - low) / a**2",
            "(high - low) / a**2",
            "A larger share lowers the threshold. To move it up by 1, the log-odds must …",
        ),
        Mistake(
            "-(high - low) / a**2",
            "-(a**2) / (high - low)",
            "That is what one unit of log-odds does to the threshold. The question is the other way round.",
        ),
    ),
    cases=[
        {"low": -1.0, "high": 1.5, "a": 1.5, "q": 0.25},
        {"low": 2.0, "high": 5.0, "a": 0.7, "q": 0.6},
        {"low": 0.0, "high": 0.5, "a": 2.0, "q": 0.02},
    ],
    hint_for_each=True,
)

MEASURE = Exercise(
    id="which-measure",
    lecture=15,
    task="What an applicant, an insurer and an auditor ask of two groups' counts; the rate that equal failures need.",
    stub="""
        def which_measure(a, b):
            applicant, insurer, auditor, needed = ..., ..., ..., ...
            return applicant, insurer, auditor, needed
    """,
    solution="""
        def which_measure(a, b):
            tpr = lambda c: c[0] / (c[0] + c[1])
            fails = lambda c: c[2] / (c[0] + c[2])
            granted = lambda c: (c[0] + c[2]) / sum(c)
            odds = (b[0] + b[1]) / (b[2] + b[3])
            needed = odds * fails(a) / (1 - fails(a)) * tpr(b)
            return tpr(a) - tpr(b), fails(a) - fails(b), granted(a) - granted(b), needed
    """,
    explanation=(
        "The applicant knows that the loan would be paid back: equal opportunity, TP / (TP + FN). The insurer sees "
        "granted loans only: 1 − PPV, FP / (TP + FP). The auditor sees no labels: parity. For the last, FPR = "
        "p/(1 − p) · (1 − PPV)/PPV · TPR with p and TPR of b, and PPV of a; p/(1 − p) is label 1 over label 0 in b."
    ),
    hints=(
        "The applicant would pay back: which two of the four counts hold such people, and which of them got a loan?",
        "The insurer sees only granted loans: TP and FP. Which of them fail?",
        "The auditor does not know who would pay back. Which counts are granted, and of how many?",
        "Chouldechova's identity: p and TPR belong to b, the share of failures 1 − PPV comes from a.",
    ),
    mistakes=(
        Mistake(
            "tpr = lambda c: c[0] / (c[0] + c[1])",
            "tpr = lambda c: c[0] / (c[0] + c[2])",
            "You divided by all granted loans. The applicant speaks of all who would pay back.",
        ),
        Mistake(
            "fails = lambda c: c[2] / (c[0] + c[2])",
            "fails = lambda c: c[2] / (c[2] + c[3])",
            "That is the false-positive rate: of those who would not pay back. The insurer sees granted loans.",
        ),
        Mistake(
            "fails = lambda c: c[2] / (c[0] + c[2])",
            "fails = lambda c: c[0] / (c[0] + c[2])",
            "That is the share of granted loans that are paid back. The insurer pays for the others.",
        ),
        Mistake(
            "granted = lambda c: (c[0] + c[2]) / sum(c)",
            "granted = lambda c: (c[0] + c[1]) / sum(c)",
            "That is the share who would pay back. The auditor counts who got a loan.",
        ),
        Mistake(
            "odds = (b[0] + b[1]) / (b[2] + b[3])",
            "odds = (a[0] + a[1]) / (a[2] + a[3])",
            "The share who would pay back in b decides what b needs.",
        ),
        Mistake(
            "/ (1 - fails(a)) * tpr(b)",
            "/ (1 - fails(a)) * tpr(a)",
            "At its own TPR, it says: that of b.",
        ),
        Mistake(
            "odds * fails(a) / (1 - fails(a)) * tpr(b)",
            "a[2] / (a[2] + a[3])",
            "With a's false-positive rate the failures would be equal only if as many would pay back in both groups.",
        ),
    ),
    cases=[
        {"a": (400, 100, 100, 400), "b": (180, 60, 140, 620)},
        {"a": (90, 10, 30, 70), "b": (300, 50, 20, 130)},
        {"a": (55, 45, 20, 180), "b": (70, 10, 60, 20)},
    ],
    hint_for_each=True,
)

GRANTED = Exercise(
    id="granted-loans",
    lecture=15,
    task="The probability that a granted loan fails, and the group in which it is twice as large at the same rates.",
    stub="""
        def granted_loans(tpr, fpr, p):
            fails, other_share = ..., ...
            return fails, other_share
    """,
    solution="""
        def granted_loans(tpr, fpr, p):
            fails = fpr * (1 - p) / (fpr * (1 - p) + tpr * p)
            twice = 2 * fails
            odds = fpr / tpr * (1 - twice) / twice
            other_share = odds / (1 + odds)
            return fails, other_share
    """,
    explanation=(
        "Of all people tpr · p are granted and pay back, fpr · (1 − p) are granted and fail. So the odds of failing "
        "are fpr/tpr · (1 − p)/p: with equal rates, groups differ by their own p. Solve for the odds p/(1 − p), and "
        "turn them into a share."
    ),
    hints=(
        "Of 1,000 people: how many are granted and pay back, how many are granted and do not?",
        "Set up the same fraction for the second group, with twice the value, and solve it for p/(1 − p) first.",
    ),
    mistakes=(
        Mistake(
            "fpr * (1 - p) / (fpr * (1 - p) + tpr * p)",
            "fpr",
            "That is the probability of a loan for somebody who would not pay back. Turn it round.",
        ),
        Mistake(
            "fpr * (1 - p) / (fpr * (1 - p) + tpr * p)",
            "fpr / (fpr + tpr)",
            "As if half of all people would pay back. How many loans go to each kind?",
        ),
        Mistake(
            "fpr * (1 - p) / (fpr * (1 - p) + tpr * p)",
            "1 - tpr",
            "That is the share of good applicants who are turned down. It is about people, not about granted loans.",
        ),
        Mistake(
            "other_share = odds / (1 + odds)",
            "other_share = odds",
            "Those are odds, p / (1 − p). Which share has them?",
        ),
        Mistake(
            "other_share = odds / (1 + odds)",
            "other_share = p / 2",
            "Half the share does not double the failures: put it into your formula for the first number.",
        ),
    ),
    cases=[
        {"tpr": 0.75, "fpr": 0.2, "p": 0.6},
        {"tpr": 0.9, "fpr": 0.15, "p": 0.4},
        {"tpr": 0.5, "fpr": 0.1, "p": 0.7},
    ],
    hint_for_each=True,
)

CELLS = Exercise(
    id="cell-weights",
    lecture=15,
    task="Reweighing's weights for a table of counts, a group's effective number, and the faces it would need instead.",
    stub="""
        def fair_weights(counts, g):
            weights, effective, additional = ..., ..., ...
            return weights, effective, additional
    """,
    solution="""
        def fair_weights(counts, g):
            weights = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / (counts.sum() * counts)
            effective = np.sum(counts[g] * weights[g]) ** 2 / np.sum(counts[g] * weights[g] ** 2)
            others = counts.sum(axis=0) - counts[g]
            additional = counts[g, 0] * others[1] / others[0] - counts[g, 1]
            return weights, effective, additional
    """,
    explanation=(
        "P(g) P(s) / P(g, s) is row sum times column sum over (all times count). In the effective number each cell "
        "counts as often as it has faces. For the last: label 1 over label 0 in the group must be what it is in the "
        "others; the faces with label 0 stay."
    ),
    hints=(
        "P(g) is a row sum over all faces, P(s) a column sum, P(g, s) the cell. np.outer makes the products.",
        "The sums run over the faces of the group: a weight counts as often as its cell has faces.",
        "Only label 1 grows. Compare label 1 over label 0 in this group with the same ratio in all others together.",
    ),
    mistakes=(
        Mistake(
            "np.outer(counts.sum(axis=1), counts.sum(axis=0)) / (counts.sum() * counts)",
            "(counts.sum() * counts) / np.outer(counts.sum(axis=1), counts.sum(axis=0))",
            "Upside down: a cell with fewer faces than expected must weigh more.",
        ),
        Mistake(
            "np.outer(counts.sum(axis=1), counts.sum(axis=0)) / (counts.sum() * counts)",
            "counts.sum() / (counts.size * counts)",
            "That makes all cells weigh the same. Reweighing leaves each group and each label its share.",
        ),
        Mistake(
            "np.sum(counts[g] * weights[g]) ** 2 / np.sum(counts[g] * weights[g] ** 2)",
            "np.sum(weights[g]) ** 2 / np.sum(weights[g] ** 2)",
            "Each weight stands there once. How many faces of the group have it?",
        ),
        Mistake(
            "np.sum(counts[g] * weights[g]) ** 2 / np.sum(counts[g] * weights[g] ** 2)",
            "np.sum(counts * weights) ** 2 / np.sum(counts * weights**2)",
            "That is the number for all groups together.",
        ),
        Mistake(
            "counts[g, 0] * others[1] / others[0] - counts[g, 1]",
            "counts[g].sum() * others[1] / others.sum() - counts[g, 1]",
            "The group grows with each face that it gets, and the share falls behind. Compare label 1 with label 0.",
        ),
        Mistake(
            "others = counts.sum(axis=0) - counts[g]",
            "others = counts.sum(axis=0)",
            "The group itself is among them: the share of all other groups is asked for.",
        ),
    ),
    cases=[
        {"counts": np.array([[630, 658], [84, 28]]), "g": 1},
        {"counts": np.array([[40, 20], [30, 60], [10, 15]]), "g": 0},
        {"counts": np.array([[70, 30], [20, 5], [15, 60]]), "g": 1},
    ],
    hint_for_each=True,
)

EXERCISES = [RATES, THRESHOLD, MEASURE, GRANTED, CELLS]
