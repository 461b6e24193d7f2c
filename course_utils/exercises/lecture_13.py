"""Exercises of lecture 13, transfer learning."""

from course_utils.exercises.exercise import Exercise, Mistake

PLAN = Exercise(
    id="choose-plan",
    lecture=13,
    task="Give the plan, 1 to 4, for each of the jobs A, B, C, D; each once.",
    stub="""
        plan_of = dict(A=..., B=..., C=..., D=...)
    """,
    solution="""
        plans = [1, 3, 2, 4]
    """,
    explanation=(
        "A: few labels and near: freeze all. B: near, and enough labels to tune all. C: far, but the first layer leads "
        "pixels: cut there. D: no layer leads the cheap rival, so transfer has nothing to give."
    ),
    hints=(
        "A: with 3 labels a class, what did opening the trunk bring in part 4?",
        "B: with 30 labels an open trunk had passed the frozen last layer. And which job gets nothing from any layer?",
        "C: which of the cuts reads best there? The plan has to use that one.",
        "D: what is left for transfer where no layer leads a regression on pixels?",
    ),
    mistakes=(
        Mistake(
            "[1, 3, 2, 4]", "[3, 1, 2, 4]", "A and B differ in the labels. Who has enough of them to open a trunk?"
        ),
        Mistake(
            "[1, 3, 2, 4]", "[1, 3, 4, 2]", "C and D: for one of them a layer leads pixels. Transfer is for that one."
        ),
        Mistake(
            "[1, 3, 2, 4]",
            "[2, 3, 1, 4]",
            "A and C: few labels and the source's kind of pictures want the last layer; C names its best one.",
        ),
        Mistake(
            "[1, 3, 2, 4]",
            "[1, 4, 2, 3]",
            "B and D: 40 labels and 97 % without transfer, or 500 labels near the source?",
        ),
        Mistake("[1, 3, 2, 4]", "[1, 2, 3, 4]", "B and C: ten labels are few for tuning all, 500 are not."),
        Mistake("[1, 3, 2, 4]", "[4, 3, 2, 1]", "A has 2 labels a class, near the source: there transfer gives most."),
    ),
    tolerance=1e-9,
    hint_for_each=True,
)

MOVING = Exercise(
    id="moving-statistics",
    lecture=13,
    task="PyTorch's momentum, the share of the start that is left, and the first step at which it is below a share.",
    stub="""
        def moving_statistics(momentum, steps, share):
            torch_momentum, left, first_below = ..., ..., ...
            return torch_momentum, left, first_below
    """,
    solution="""
        def moving_statistics(momentum, steps, share):
            torch_momentum = 1 - momentum
            left = momentum**steps
            first_below = int(np.log(share) / np.log(momentum)) + 1
            return torch_momentum, left, first_below
    """,
    explanation=(
        "Each step multiplies what is left of the start by Keras's momentum m. PyTorch's argument is the weight of the "
        "new batch, 1 − m. mᵗ < share where t > ln(share) / ln(m): the next whole number."
    ),
    hints=(
        "PyTorch's momentum is the weight of the new batch. What is the weight of the new batch in Keras?",
        "After one step the share of the start is momentum, after two momentum times momentum.",
        "Solve momentum ** t = share for t by logarithms, and take the first whole number beyond it.",
    ),
    mistakes=(
        Mistake(
            "torch_momentum = 1 - momentum", "torch_momentum = momentum", "That is Keras's: the weight of the old."
        ),
        Mistake("left = momentum**steps", "left = (1 - momentum) ** steps", "1 − momentum is the weight of the *new*."),
        Mistake("left = momentum**steps", "left = 1 - momentum**steps", "That is the share of all batches together."),
        Mistake("left = momentum**steps", "left = momentum * steps", "Each step multiplies; it does not add."),
        Mistake(
            "left = momentum**steps",
            "left = momentum ** (steps - 1)",
            "One step too few: the first step already multiplies by momentum.",
        ),
        Mistake(
            "np.log(momentum)) + 1",
            "np.log(momentum))",
            "At this step the share is still above. The next is the first.",
        ),
        Mistake(
            "int(np.log(share) / np.log(momentum)) + 1",
            "np.log(share) / np.log(momentum)",
            "A number of steps is whole: the first one at which the share is below.",
        ),
        Mistake(
            "np.log(share) / np.log(momentum)",
            "np.log(1 - share) / np.log(momentum)",
            "You ask when only `share` of the way is done. Asked is when only `share` is left.",
        ),
        Mistake(
            "int(np.log(share) / np.log(momentum)) + 1",
            "int(np.ceil(np.log(share) / np.log(momentum)))",
            "Where the share is reached exactly, it is not below yet: one step more.",
        ),
    ),
    cases=[
        {"momentum": 0.99, "steps": 20, "share": 0.01},
        {"momentum": 0.9, "steps": 7, "share": 0.05},
        {"momentum": 0.75, "steps": 3, "share": 0.3},
        {"momentum": 0.5, "steps": 2, "share": 0.25},
    ],
    hint_for_each=True,
)

COUNT = Exercise(
    id="trainable-count",
    lecture=13,
    task="How many numbers of a dense network with batch normalization a step trains, and how many it does not.",
    stub="""
        def trainable_count(sizes, frozen, still):
            learn, rest = ..., ...
            return learn, rest
    """,
    solution="""
        def trainable_count(sizes, frozen, still):
            learn = rest = 0
            last = len(sizes) - 2
            for layer, (inputs, units) in enumerate(zip(sizes, sizes[1:])):
                dense = inputs * units + units
                norm = 2 * units if layer < last else 0
                learn += dense if layer >= frozen else 0
                rest += dense if layer < frozen else 0
                learn += norm if layer >= frozen and not still else 0
                rest += norm if layer < frozen or still else 0
                rest += norm
            return learn, rest
    """,
    explanation=(
        "A normalization has four numbers a unit: γ and β, which learn where it is open, and moving mean and variance, "
        "which no gradient ever trains. All numbers of frozen pairs belong to the rest."
    ),
    hints=(
        "How many numbers does a batch normalization keep for each unit, and how many of them does a gradient reach?",
        "Count a single open pair first: inputs · units + units for the dense layer, then its normalization.",
        "The last dense layer has no normalization, and is in no pair: it always learns.",
    ),
    mistakes=(
        Mistake(
            "rest += norm\n",
            "learn += norm\n",
            "Moving mean and variance are not trained, also where the layer is open: `fit` just writes them.",
        ),
        Mistake(
            "rest += norm\n", "rest += 0\n", "Each unit has a moving mean and a moving variance, too: four numbers."
        ),
        Mistake("inputs * units + units", "inputs * units", "The dense layers have biases here: one for each unit."),
        Mistake(
            "2 * units if layer < last else 0", "2 * units", "Behind the last dense layer stands no normalization."
        ),
        Mistake(
            "learn += norm if layer >= frozen and not still else 0",
            "learn += norm if layer >= frozen else 0",
            "With `still` the open pairs' γ and β do not learn either. They belong to the rest.",
        ),
        Mistake(
            "learn += norm if layer >= frozen and not still else 0",
            "learn += norm if not still else 0",
            "A frozen pair's normalization is frozen with it, whatever `still` says.",
        ),
        Mistake(
            "return learn, rest", "return learn, learn + rest", "Second asked are those that a step does *not* train."
        ),
        Mistake("return learn, rest", "return rest, learn", "First those that a step trains, then the rest."),
    ),
    cases=[
        {"sizes": [64, 20, 12, 10], "frozen": 1, "still": False},
        {"sizes": [64, 20, 12, 10], "frozen": 1, "still": True},
        {"sizes": [7, 5, 3], "frozen": 0, "still": False},
    ],
)

REFUSES = Exercise(
    id="who-refuses",
    lecture=13,
    task="For each of the cases A to F: 1 load_model refuses, 2 only the digest refuses, 3 nothing refuses.",
    stub="""
        case = dict(A=..., B=..., C=..., D=..., E=..., F=...)
    """,
    solution="""
        cases = [1, 2, 3, 1, 3, 1]
    """,
    explanation=(
        "Accidents (A, F) break the archive, code (D) meets safe mode. New weights at the same address (B) are a valid "
        "file, and another one: only the digest sees it. A digest from an exchanged page (C) belongs to the exchanged "
        "file. And no check of a file knows what its scores mean (E)."
    ),
    hints=(
        "A: is half a zip archive a zip archive?",
        "B: the file is whole and without code. What does its digest have to do with the old one?",
        "C: of which file is the digest that you copied?",
        "D: the digest fits. What does safe mode look for?",
        "E: the bytes are right. Does any of the two checks look at what you do with the scores?",
        "F: as in the table's second row.",
    ),
    mistakes=(
        Mistake("[1, 2, 3, 1, 3, 1]", "[2, 2, 3, 1, 3, 1]", "A: half an archive cannot be opened at all."),
        Mistake(
            "[1, 2, 3, 1, 3, 1]", "[1, 3, 3, 1, 3, 1]", "B: other weights, other bytes. What happens to the digest?"
        ),
        Mistake("[1, 2, 3, 1, 3, 1]", "[1, 1, 3, 1, 3, 1]", "B: a whole, valid file without code. Keras opens it."),
        Mistake(
            "[1, 2, 3, 1, 3, 1]", "[1, 2, 2, 1, 3, 1]", "C: the digest that you copied is that of the exchanged file."
        ),
        Mistake(
            "[1, 2, 3, 1, 3, 1]", "[1, 2, 3, 3, 3, 1]", "D: the author is honest, and safe mode refuses code still."
        ),
        Mistake("[1, 2, 3, 1, 3, 1]", "[1, 2, 3, 2, 3, 1]", "D: the digest fits, the file is the author's own."),
        Mistake("[1, 2, 3, 1, 3, 1]", "[1, 2, 3, 1, 2, 1]", "E: it is the right file, so its digest is right."),
        Mistake("[1, 2, 3, 1, 3, 1]", "[1, 2, 3, 1, 3, 2]", "F: the archive's own checksum finds a flipped bit."),
    ),
    tolerance=1e-9,
    hint_for_each=True,
)

EXERCISES = [PLAN, MOVING, COUNT, REFUSES]
