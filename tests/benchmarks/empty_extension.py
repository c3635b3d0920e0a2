"""The extension that does nothing: what loading any extension costs."""


def load_ipython_extension(_shell: object) -> None:
    """Add nothing to the shell."""
