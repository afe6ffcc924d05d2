"""Every message about a wrong answer says what to do."""

import pytest

from extensions.modules import validation

WRONG = {
    "class": "'class' is a word of Python itself: use a longer name, such as: client_classes",
    "match": "'match' is a word of Python itself: use a longer name, such as: client_matches",
    "calendar": "'calendar' is a module of Python's standard library: use a longer name, such as: client_calendars",
    "email": "'email' is a module of Python's standard library: use a longer name, such as: client_emails",
    "users": "'users' is a name that every project has already: use a longer name, such as: client_users",
    "core": "'core' is a name that every project has already: use a longer name, such as: client_cores",
    "widget": "'widget' is a name that every project has already: use a longer name, such as: client_widgets",
    "files": "'files' is kept for a ready-made module of the standard: use a longer name, such as: client_files",
    "filters": "'filters' would hide 'filter' in its own files: use a longer name, such as: client_filters",
    "names": "'names' would hide 'name' in its own files: use a longer name, such as: client_names",
    "2fa": "'2fa' cannot become snake_case: start with a letter, then use a-z, 0-9 and _",
    "größen": "'größen' cannot become snake_case: start with a letter, then use a-z, 0-9 and _, such as: groessen",
    "../../evil": "'../../evil' cannot become snake_case: start with a letter, then use a-z, 0-9 and _",
    "x": "'x' is too short to be a word: use two letters or more",
    "a" * 31: f"'{'a' * 31}' has 31 characters: use at most 30",
    f"{'a' * 25}_boat": f"'{'a' * 25}_boat' has the plural '{'a' * 25}_boats', 31 characters: use at most 30",
    "invoices people": (
        "'invoices people' are 2 words: write invoices, people for modules, or invoices_people for one"
    ),
    "api_keys": "'api_keys' is a name that every project has already: use a longer name, such as: client_api_keys",
    "identity": "'identity' is a name that every project has already: use a longer name, such as: client_identities",
    "reports": "'reports' is kept for what the standard may have one day: use a longer name, such as: client_reports",
    "analyse": "'analyse' is a word of SQL: use a longer name, such as: client_analyse",
    "invoices, Invoice": "'Invoice' and 'invoices' are the same module: leave one out",
    "person, people": "'people' and 'person' are the same module: leave one out",
}


class TestModules:
    @pytest.mark.parametrize(("answer", "sentence"), WRONG.items())
    def test_refuses(self, answer: str, sentence: str) -> None:
        assert validation.modules_problems(answer) == [sentence]

    def test_refuses_another_module_of_the_same_class(self) -> None:
        sentence = "'line1' and 'line_1' both give the class Line1: use another name for one of the two"

        assert validation.modules_problems("line_1, line1") == [sentence]
        assert validation.modules_problems("line_1, line1", stored="line_1") == [sentence]
        assert validation.modules_problems("line_1, line1", stored="line_1, line1") == []

    def test_refuses_what_is_no_list(self) -> None:
        assert validation.modules_problems(7) == ["7 is no list of modules: give names, such as: invoices, projects"]
        assert validation.modules_problems([7]) == ["7 is no name of a module: start with a letter, such as: invoices"]
        assert validation.modules_problems({"status": "statuses"}) == [
            "'status' is followed by 'statuses': write status: {fields: {…}}, or the name alone"
        ]

    def test_refuses_what_it_does_not_know(self) -> None:
        assert validation.modules_problems({"orders": {"colour": "red"}}) == [
            "'orders' says 'colour', which means nothing here: give `fields`, `plural` and options only, which are"
            " archive, audit, bulk, csv, only, roles, shared, versions"
        ]

    def test_names_every_problem(self) -> None:
        assert len(validation.modules_problems("class, users, invoices")) == 2

    def test_refuses_a_ready_made_one_that_is_chosen(self) -> None:
        assert validation.modules_problems("billing", ready_made=["billing"]) == [
            "'billing' is also a ready-made module that you chose: use a longer name, such as: client_billings, "
            "or leave the ready-made one out"
        ]

    def test_accepts_whatever_the_project_has_already(self) -> None:
        assert validation.modules_problems("users, invoices", stored="users") == []

    @pytest.mark.parametrize("answer", ["invoice_lines, people, statuses, analyses, news", "emails, tokens"])
    def test_accepts(self, answer: str) -> None:
        assert validation.modules_problems(answer) == []


class TestOtherQuestions:
    @pytest.mark.parametrize("wrong", ["", "Acme", "acme_portal", "1acme", "acme-", "a" * 41])
    def test_slug(self, wrong: str) -> None:
        assert "use " in validation.slug_problem(wrong)

    @pytest.mark.parametrize("wrong", ["ada", "ada@localhost", "Ada <ada@example.com>"])
    def test_email(self, wrong: str) -> None:
        assert validation.email_problem(wrong) == (
            f"{wrong!r} is no e-mail address: give one such as ada@example.com, or leave it empty"
        )

    def test_texts_are_one_line(self) -> None:
        assert validation.description_problem("a\nb") == (
            "The description has a line break or a control character: write it on one line"
        )
        assert validation.name_problem(" ") == "Give the project a name, such as: Acme Portal"
