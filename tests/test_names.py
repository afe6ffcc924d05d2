import pytest

from extensions.modules.answer import as_stored, decided, read, snake
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


OTHER_LANGUAGES = """
    rechnungen rechnung kunden kunde lieferanten artikel bilder termine auftraege mitarbeiter konten adressen firmen
    kategorien gruppen rollen haeuser vertraege zahlungen fahrzeuge schichten dokumente spieler aerzte rezepte
    clientes cliente usuarios facturas pedidos empresas proveedores pagos empleados tareas reuniones citas recetas
    factures commandes livres projets utilisateurs fournisseurs contrats voitures bateaux devis entrepots vendeurs
    fatture clienti prodotti libri ordine ordini klanten facturen bestellingen medewerkers asiakkaat laskut fakturaer
    faktury zamowienia pracownicy zakazy objednavky
""".split()
DECIDED = """
    boat/boats timesheet/timesheets playlist/playlists workflow/workflows upload/uploads dataset/datasets faq/faqs
    endpoint/endpoints waybill/waybills checkbox/checkboxes colour/colours enrolment/enrolments
""".split()


class TestPlurals:
    """Only English nouns get an English plural."""

    @pytest.mark.parametrize("name", OTHER_LANGUAGES)
    def test_of_other_languages_are_the_names_as_they_are(self, name: str) -> None:
        (module,) = decided(read(name), stored=None)

        assert names_of(module.name, module.plural) == Names(name, name)

    @pytest.mark.parametrize("pair", [*ENGLISH, *DECIDED])
    def test_of_english_nouns_are_english(self, pair: str) -> None:
        for name in pair.split("/"):
            (module,) = decided(read(name), stored=None)

            assert names_of(module.name, module.plural) == Names(*pair.split("/"))

    @pytest.mark.parametrize("answer", ["rechnung/rechnungen", {"rechnung": {"plural": "rechnungen"}}])
    def test_can_be_given(self, answer: object) -> None:
        (module,) = decided(read(answer), stored=None)

        assert names_of(module.name, module.plural) == Names("rechnung", "rechnungen")

    @pytest.mark.parametrize("stored", ["rechnung", ["rechnung"], {"rechnung": None}])
    def test_stay_as_they_are_in_a_project_that_has_the_module(self, stored: object) -> None:
        """Its folder is rechnungs, because the release that made it used an English plural."""
        kept, new = decided(read("rechnung, kunde"), stored)

        assert names_of(kept.name, kept.plural) == Names("rechnung", "rechnungs")
        assert names_of(new.name, new.plural) == Names("kunde", "kunde")

    @pytest.mark.parametrize(
        ("answer", "written"),
        [
            ("boats,people", "boats,people"),
            ("boats, rechnungen", "boats, rechnungen/rechnungen"),
            (["boats", "kunde", {"konten": None}], ["boats", "kunde/kunde", {"konten": {"plural": "konten"}}]),
            ("{konten: {fields: {name: str}}}", {"konten": {"fields": {"name": "str"}, "plural": "konten"}}),
            ("", None),
            (None, None),
        ],
    )
    def test_are_written_down(self, answer: object, written: object) -> None:
        """Read from the file, they stay the same, even if a later release would form other plurals."""
        assert as_stored(answer, stored=None) == written
        assert as_stored(written, stored=written) == written
        forms = [
            [names_of(module.name, module.plural) for module in decided(read(said), stored)]
            for said, stored in [(answer, None), (written, written), (written, None)]
        ]
        assert forms[0] == forms[1] == forms[2]


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
