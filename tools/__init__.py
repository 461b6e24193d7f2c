"""The maintainers' verbs: ``python -m tools VERB``."""
