"""Projects store answers for years: questions, choices and accepted answers must stay."""

import json
from collections.abc import Iterator, Mapping

from .source import Source, followed

WORDS = "boats people statuses news invoice_lines orders contracts berths crew quotes teams plans rooms visits".split()
TYPED = ("type", "multiselect")
# These are always true; the calls only run code before Copier reads --data.
ALWAYS = (True, "{{ ready_made() != '' }}", "{{ given_is_read() }}")
# This type accepts whatever `yaml` accepts, because extensions/ parses text.
READS_AS_MUCH = {"yaml": "{{ 'yaml' if custom_modules is defined and custom_modules is not string else 'str' }}"}
GOOD = {
    "name_problem": ["Acme Portal", "Café Niño", "X", "A-1 & Söhne"],
    "slug_problem": ["acme-portal", "cafe", "a1", "my-long-product-name"],
    "description_problem": ["A multi-tenant service.", "Orders, 'tables' and 100 % of the bills."],
    "author_problem": ["The authors", "Zoë O'Brien"],
    "email_problem": ["", "zoe@example.com"],
}


def questions_stay(before: Source, after: Source) -> Iterator[str]:
    for name in before.questions:
        if followed(name, after.table("questions")) not in after.questions:
            yield f"question {name} is gone: name what it became under [questions] in updates/table.toml"


def choices_stay(before: Source, after: Source) -> Iterator[str]:
    for name in before.questions:
        question = followed(name, after.table("questions"))
        renamed, now = after.table("choices").get(question, {}), _values(after, question)
        for choice in _values(before, name):
            if choice not in now and choice not in renamed:
                yield f"choice {choice} of {question} is gone: name what it became under [choices]"


def questions_stay_what_they_are(before: Source, after: Source) -> Iterator[str]:
    for name, about in before.questions.items():
        now = after.questions.get(followed(name, after.table("questions")), about)
        for key in TYPED:
            if now.get(key) != about.get(key) and READS_AS_MUCH.get(about.get(key), about) != now.get(key):
                yield f"{name} has another {key}: stored answers are read by the old one"
        if now.get("when", True) not in (*ALWAYS, about.get("when", True)):
            yield f"{name} is asked under another condition: where it is not asked, its answer is dropped"


def questions_can_be_skipped(_: Source, after: Source) -> Iterator[str]:
    for name, about in after.questions.items():
        if "default" not in about:
            yield f"{name} has no default: `copier update --defaults` ends with it"
        if about.get("secret"):
            yield f"{name} is a secret: its answer is not stored, and each update takes the default"


def module_names_stay_good(before: Source, after: Source) -> Iterator[str]:
    """Check names that no project has yet too, because users rely on what a release accepts."""
    was, now = before.validation.modules_problems, after.validation.modules_problems
    for word in WORDS:
        if now([word]) and not was([word]):
            yield f"{word} was a good name, and is refused now"


def other_answers_stay_good(before: Source, after: Source) -> Iterator[str]:
    for check, answers in GOOD.items():
        was, now = getattr(before.validation, check), getattr(after.validation, check)
        for answer in answers:
            if now(answer) and not was(answer):
                yield f"{answer!r} was a good answer, and {check} refuses it now"


def _values(source: Source, question: str) -> list[str]:
    choices = source.questions.get(question, {}).get("choices", [])
    if choices == "{{ ready_made() }}":
        choices = json.loads(source.extension.ready_made.choices())
    return [str(choice) for choice in (choices.values() if isinstance(choices, Mapping) else choices)]


RULES = (
    questions_stay,
    choices_stay,
    questions_stay_what_they_are,
    questions_can_be_skipped,
    module_names_stay_good,
    other_answers_stay_good,
)
