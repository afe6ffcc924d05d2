"""Why a job is not queued, or not run. None of these is worth another attempt."""


class WrongArguments(TypeError):
    """The job does not take these arguments; raised where it is enqueued."""


class UnknownJob(LookupError):
    """No module lists the job in its `module.py`, so no worker would run it."""


class JobRefused(Exception):
    """What was queued cannot be trusted or understood: it fails without being run."""


class JobSkipped(Exception):
    """The tenant is suspended or gone; the job can be retried once it is back."""


class JobCancelled(Exception):
    """Somebody asked the run to stop, and it did."""
