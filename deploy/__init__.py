"""A JupyterHub for a class: its settings, how it is started, and how a student's server is."""
