"""Commands that show: info rseq, rseq sections, rseq threads."""


def install():
    """Defines the commands."""
