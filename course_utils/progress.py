"""Progress bars that vanish when the work is done, and never show where outputs are stored."""

from tqdm.auto import tqdm

from course_utils.session import is_static


def bar(total: int | None, label: str, **options) -> tqdm:
    """A progress bar, silent while outputs are stored or tested.

    Args:
        total: How much there is to do, None if that is not known.
        label: What is going on, in a word or two.
        **options: Passed to tqdm, such as `unit`.
    """
    return tqdm(total=total, desc=label, leave=False, disable=is_static(), **options)
