"""A client's strings look as `ruff format` would write them, whatever they contain."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from extensions.modules.fields.field import Field
from extensions.modules.fields.strings import literals, quoted, width
from extensions.modules.fields.types import declared
from template.standard.module import as_yaml
from tools.snapshot import ROOT

RUFF = Path(sys.executable).parent / "ruff"
SAMPLES = [
    "plain",
    "it's",
    'say "yes"',
    'say "yes" and it\'s done',
    "\"a\" 'b'",
    "\"a\" 'b' 'c'",
    "back\\slash",
    "ends in \\",
    "\\' and \\\"",
    "{y} %s {{}}",
    "Größe – „so“",
    "漢字" * 20,
    "😀" * 45,
    "word " * 30 + "end",
    'it\'s "so" ' * 18 + "end",
    "x" * 200,
    "\\" * 90,
    *("y" * length for length in range(60, 100, 3)),
    *("two words " + "y" * length for length in range(50, 90, 3)),
]
TEXTS = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" '\"\\"), min_size=1, max_size=300)


class TestQuoted:
    @given(TEXTS)
    def test_is_the_text(self, text: str) -> None:
        assert ast.literal_eval(quoted(text)) == text


class TestLiterals:
    @given(TEXTS)
    def test_are_the_text_together_and_fit(self, text: str) -> None:
        lines = literals(text, 88)

        assert "".join(map(ast.literal_eval, lines)) == text
        assert all(width(line) <= 88 for line in lines)


class TestAsYaml:
    """A description travels as an option of Copier, which reads YAML, from terminals of any encoding."""

    @pytest.mark.parametrize("text", SAMPLES)
    def test_is_read_as_it_was(self, text: str) -> None:
        value = {"greetings": {"fields": {"salute": f"str = {text}", text: None}}, "others": [text, 1]}

        written = as_yaml(value)

        assert written.isascii()
        assert yaml.safe_load(written) == value

    @given(TEXTS)
    def test_is_any_text(self, text: str) -> None:
        assert yaml.safe_load(as_yaml(text)) == text


class TestDeclared:
    def test_is_as_ruff_would_write_it(self, tmp_path: Path) -> None:
        (tmp_path / "ruff.toml").write_text((ROOT / "template/ruff.toml").read_text())
        fields = [
            Field(name=name, kind="text", default=text.strip())
            for text in SAMPLES
            for name in ("a", "opening", "o" * 40)
        ]
        for number, field in enumerate(fields):
            lines = [
                "class A:",
                f"    {declared(field, 'str', 4)}",
                "",
                "    def create(",
                "        self,",
                "        *,",
                f"        {declared(field, 'str', 8, ',')}",
                "    ) -> None:",
                '        """Do nothing."""',
                "",
            ]
            (tmp_path / f"file_{number}.py").write_text("\n".join(lines), encoding="utf-8")

        for command in (["format", "--diff"], ["check", "--select=E501"]):
            done = subprocess.run(
                [RUFF, *command, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
