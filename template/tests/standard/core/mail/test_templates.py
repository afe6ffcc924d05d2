"""Every e-mail is rendered in every language; a client's template wins."""

from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from app.config import Settings
from app.core.languages import APP, CLIENT, Locale, languages
from app.core.mail import Mail, preview_mails, write_mail
from app.core.module import find_modules
from app.core.templates import BrandInvalid, Templates
from app.main import create_app

MAILS = [mail for module in find_modules() for mail in module.mails]
HOSTILE = "locked.\r\n\r\nSee https://evil.example/ <script>alert(1)</script>"


def files() -> set[str]:
    """Return the names of the e-mails that have a template in a module."""
    found = (APP / "modules").glob("*/templates/mails/**/*.txt")
    return {file.with_suffix("").as_posix().partition("/templates/mails/")[2] for file in found}


class TestEachMail:
    def test_is_declared(self) -> None:
        """Say `mails=(…)` in module.py, so that it is previewed and tested."""
        assert files() == {mail.name for mail in MAILS}

    @pytest.mark.parametrize("language", sorted(languages()))
    def test_is_rendered(self, settings: Settings, language: str) -> None:
        locale = Locale.of(language, time_zone="Europe/Berlin")
        for mail, email in preview_mails(MAILS, settings, locale):
            assert email.subject, mail.name
            assert f'<html lang="{language}">' in email.html, mail.name
            assert email.html.count("<a ") == len(mail.links), mail.name
            for part in (email.subject, email.text, email.html):
                assert "{" not in part.replace("{{", ""), mail.name
            for link in mail.links.values():
                assert link in email.text, mail.name
                assert f'href="{link}"' in email.html, mail.name

    @pytest.mark.parametrize("language", sorted(languages()))
    def test_is_rendered_with_the_clients_templates(
        self, settings: Settings, language: str
    ) -> None:
        locale, own = Locale.of(language), Templates(CLIENT)
        for mail, email in preview_mails(MAILS, settings, locale, templates=own):
            assert email.subject, mail.name
            for link in mail.links.values():
                assert link in email.text, mail.name
                assert link in email.html, mail.name

    def test_is_another_one_in_german(self, settings: Settings) -> None:
        english = [each for _, each in preview_mails(MAILS, settings, Locale())]
        german = [each for _, each in preview_mails(MAILS, settings, Locale("de"))]

        for one, other in zip(english, german, strict=True):
            assert one.subject != other.subject
            assert not set(one.text.split("\n\n")) & set(other.text.split("\n\n")) - set(one.links)

    def test_carries_no_words_of_others_as_its_own(self, settings: Settings) -> None:
        for mail in MAILS:
            values = {name: HOSTILE for name in mail.values if name != "when"}
            email = write_mail(
                mail.name,
                to="ada@example.com",
                settings=settings,
                locale=Locale(),
                values={**mail.values, **values},
                links=mail.links,
            )
            assert "\n" not in email.subject, mail.name
            assert "\n\nSee" not in email.text, mail.name
            assert "https://evil" not in email.subject + email.text + email.html, mail.name
            assert "<script" not in email.html, mail.name


class TestAClientsTemplate:
    def write(self, folder: Path, name: str, text: str) -> None:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def mail(self, settings: Settings, templates: Templates) -> tuple[str, str]:
        mails = [Mail(name="users/password-changed")]
        ((_, email),) = preview_mails(mails, settings, Locale(), templates=templates)
        return email.text, email.html

    def test_wins_and_the_others_are_the_standards(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        layout = '{% extends "standard/mails/layout.html" %}{% block header %}OURS{% endblock %}'
        self.write(tmp_path, "mails/layout.html", layout)
        self.write(tmp_path, "brand.toml", 'footer = "Acme <Ltd>"\ncolour = "#123456"')

        text, html = self.mail(settings, Templates(tmp_path))

        assert "OURS" in html
        assert "your password was changed" in html
        assert "Acme &lt;Ltd&gt;" in html
        assert text.endswith("-- \nAcme <Ltd>\n")

    def test_may_be_the_whole_html(self, settings: Settings, tmp_path: Path) -> None:
        page = '{% extends "mails/layout.html" %}{% block body %}<b>{{ subject }}</b>{% endblock %}'
        self.write(tmp_path, "mails/users/password-changed.html", page)

        text, html = self.mail(settings, Templates(tmp_path))

        assert "<b>Your password was changed</b>" in html
        assert "your password was changed" in text

    @pytest.mark.parametrize(
        ("brand", "sentence"),
        [
            ('colour = "red"', "colour"),
            ('color = "#123456"', "color"),
            ('logo = "../secret.png"', "logo"),
            ('logo = "logo.png"', "there is no logo.png"),
            ("colour =", "Write it as TOML"),
        ],
    )
    def test_says_what_is_wrong_with_the_brand(
        self, tmp_path: Path, brand: str, sentence: str
    ) -> None:
        self.write(tmp_path, "brand.toml", brand)

        with pytest.raises(BrandInvalid, match=sentence):
            _ = Templates(tmp_path).brand


class TestPreview:
    async def test_is_for_development_only(
        self, settings: Settings, anonymous: AsyncClient
    ) -> None:
        app = create_app(settings.model_copy(update={"environment": "development"}))
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            listed = await client.get("/mail-preview")
            shown = await client.get("/mail-preview/users/new-device?language=de")
            unknown = await client.get("/mail-preview/users/nothing")
        await app.state.runtime.close()

        assert all(mail.name in listed.text for mail in MAILS)
        assert "27. November 2026" in shown.text
        assert unknown.status_code == 404
        assert (await anonymous.get("/mail-preview")).status_code == 404
