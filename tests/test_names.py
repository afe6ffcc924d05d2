import pytest

from extensions.modules.answer import read, snake
from extensions.modules.names import Names, names_of

ENGLISH = """
    invoice/invoices invoice_line/invoice_lines person/people child/children category/categories company/companies
    status/statuses analysis/analyses diagnosis/diagnoses bus/buses address/addresses class/classes
    campus/campuses bonus/bonuses canvas/canvases alias/aliases box/boxes tax/taxes quiz/quizzes day/days
    knife/knives leaf/leaves hero/heroes photo/photos house/houses purchase/purchases expense/expenses
    license/licenses criterion/criteria mouse/mice foot/feet woman/women menu/menus sku/skus taxi/taxis
    api/apis wiki/wikis area/areas schema/schemas index/indexes matrix/matrixes boss/bosses process/processes
    news/news series/series equipment/equipment software/software data/data staff/staff sms/sms feedback/feedback
""".split()


class TestForms:
    @pytest.mark.parametrize("pair", ENGLISH)
    def test_are_found_from_either(self, pair: str) -> None:
        singular, plural = pair.split("/")

        assert names_of(singular) == names_of(plural) == Names(singular, plural)

    def test_change_only_the_last_word(self) -> None:
        assert names_of("news_category") == Names("news_category", "news_categories")

    def test_follow_a_plural_that_is_given(self) -> None:
        assert names_of("octopus", "octopodes") == Names("octopus", "octopodes")


class TestNames:
    def test_give_every_form(self) -> None:
        names = names_of("invoice_lines")

        assert names.package == names.table == "invoice_lines"
        assert names.url == "invoice-lines"
        assert (names.class_name, names.plural_class_name) == ("InvoiceLine", "InvoiceLines")
        assert (names.label, names.plural_label) == ("invoice line", "invoice lines")
        assert names.label_with_article == "an invoice line"


class TestSnake:
    @pytest.mark.parametrize(
        "typed", "invoice_lines,invoice-lines,InvoiceLines,Invoice lines, invoiceLines ".split(",")
    )
    def test_understands_other_spellings(self, typed: str) -> None:
        assert snake(typed) == "invoice_lines"


class TestRead:
    @pytest.mark.parametrize(
        "answer",
        [
            "status/statuses, people",
            ["status/statuses", "people"],
            [{"status": {"plural": "statuses"}}, "people"],
            {"status": {"plural": "statuses"}, "people": None},
        ],
    )
    def test_understands_every_shape(self, answer: object) -> None:
        assert [(module.name, module.plural) for module in read(answer)] == [("status", "statuses"), ("people", None)]

    @pytest.mark.parametrize("answer", [None, "", " , ", [], {}])
    def test_finds_none_in_an_empty_answer(self, answer: object) -> None:
        assert read(answer) == []
