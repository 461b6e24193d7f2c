"""Grade a class: the parts of `python -m course_utils.grade`."""
