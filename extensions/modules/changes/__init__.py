"""Compare the description of a module that exists with its former one, and write the migration step."""

from .between import changes_between, words_between
from .change import Change
from .step import Step, step_of
from .validation import changes_problems, words_problems

__all__ = ["Change", "Step", "changes_between", "changes_problems", "step_of", "words_between", "words_problems"]
