"""The message after a project was made."""

import yaml

from tools.snapshot import ROOT

MESSAGE = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))["_message_after_copy"]


def test_the_lock_file_is_part_of_the_first_commit() -> None:
    assert MESSAGE.index("make install") < MESSAGE.index("git add --all") < MESSAGE.index("make dev")


def test_what_stands_in_the_way_of_updates_is_said() -> None:
    assert "{{ update_hint() }}" in MESSAGE
