"""`app doctor --before-deploy` names what a first deployment lacks, and then nothing."""

from pathlib import Path

from app.cli._before_deploy import find_missing

COMPOSE = """
x: ${IMAGE:?the image} https://${HOST:?the name} ${KEEP_DAYS:-14}
secrets:
  secret_key: {file: secrets/secret_key}
  mail_password: {file: secrets/mail_password}
"""
EXAMPLE = "IMAGE=ghcr.io/acme/portal:1.0.0\nHOST=api.example.com\n"
KAMAL = """
image: <%= ENV.fetch("IMAGE_OF_KAMAL") %> <%= ENV.fetch("REGISTRY_OF_KAMAL", "ghcr.io") %>
  secret:
    - APP_SECRET_KEY
"""
KEY = "J3mW0c9yqkR7tLz2VbXf8HsPn5DgAeUo"


def missing(project: Path) -> str:
    return "\n".join(map(str, find_missing(project)))


class TestBeforeDeploy:
    def test_wants_a_lock_and_a_choice(self, tmp_path: Path) -> None:
        said = missing(tmp_path)

        assert "uv.lock is missing" in said
        assert "make update answer='deploy=compose'" in said

    def test_goes_through_compose(self, tmp_path: Path) -> None:
        folder = tmp_path / "deploy" / "compose"
        folder.mkdir(parents=True)
        (tmp_path / "uv.lock").touch()
        (folder / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
        (folder / ".env.example").write_text(EXAMPLE, encoding="utf-8")
        assert "deploy/compose/.env is missing" in missing(tmp_path)
        assert "secrets/secret_key is missing" in missing(tmp_path)

        (folder / ".env").write_text(
            EXAMPLE.replace("api.example.com", "https://a.b/"), encoding="utf-8"
        )
        (folder / "secrets").mkdir()
        (folder / "secrets" / "secret_key").write_text("changeme" * 8, encoding="utf-8")
        (folder / "secrets" / "mail_password").write_text("write it here", encoding="utf-8")
        said = missing(tmp_path)
        assert "IMAGE in deploy/compose/.env is the example's" in said
        assert "HOST in deploy/compose/.env is no name" in said
        assert "secret_key must be random" in said
        assert "mail_password" not in said

        ready = "IMAGE=a/b:1\nHOST=api.acme.org\nMAIL_PASSWORD_FILE=/run/secrets/mail_password\n"
        (folder / ".env").write_text(ready, encoding="utf-8")
        (folder / "secrets" / "secret_key").write_text(KEY, encoding="utf-8")
        assert "mail_password is no password" in missing(tmp_path)

        (folder / "secrets" / "mail_password").write_text("x7Gk2", encoding="utf-8")
        assert missing(tmp_path) == ""

    def test_goes_through_kamal(self, tmp_path: Path) -> None:
        folder = tmp_path / "deploy" / "kamal"
        folder.mkdir(parents=True)
        (tmp_path / "uv.lock").touch()
        (folder / "deploy.yml").write_text(KAMAL, encoding="utf-8")
        said = missing(tmp_path)
        assert "IMAGE_OF_KAMAL, a variable of this shell is not set" in said
        assert "REGISTRY_OF_KAMAL" not in said
        assert "deploy/kamal/secrets is missing" in said

        (folder / "secrets").write_text("APP_SECRET_KEY=…\n", encoding="utf-8")
        said = missing(tmp_path)
        assert "APP_SECRET_KEY in deploy/kamal/secrets is not set" in said
