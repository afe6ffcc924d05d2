"""Errors say why a job is not queued or not run. None of them is retried."""


class WrongArguments(TypeError):
    """The job does not take these arguments; raised where it is enqueued."""


class UnknownJob(LookupError):
    """No module lists the job in its `module.py`, so no worker would run it."""


class JobRefused(Exception):
    """The queued row is invalid or not trusted: the job fails without being run."""


class JobSkipped(Exception):
    """The tenant is suspended or deleted; the job can be retried once it is active again."""


class JobCancelled(Exception):
    """The run was asked to stop, and stopped."""
