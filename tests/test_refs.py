"""Lists of refs, many to many: what they mean, what is refused, and how they change."""

from typing import Any

import pytest

from extensions.modules.answer import as_stored, read
from extensions.modules.changes import changes_between, step_of, words_between
from extensions.modules.fields import modules_of
from extensions.modules.validation import modules_problems

TAGS = {"tags": {"fields": {"name": "str"}}}
WRONG = {
    "tags: refs": "'refs' does not say to what: write the module's name, such as: refs tags",
    "tags: refs tags?": "a list of refs may always be empty: leave the ? out",
    "tags: refs tags unique": (
        "'unique' means nothing here: after refs and a module comes on delete cascade|restrict only"
    ),
    "tags: refs tags on delete set null": (
        "a link cannot be null: write 'on delete cascade' (the default) or 'on delete restrict'"
    ),
    "tags: refs tag_groups": "there is no module 'tag_groups' to refer to: add it, or use one of posts, tags, users",
    "people: refs users": "users belong to several tenants, so that no join table can hold them: describe a module of"
    " its own, such as post_users: {fields: {post: ref posts, user: ref users}}",
    "posts: refs posts": "the module's own files use this name already: use another name, such as post_posts",
    "order: refs tags": "this is a word of SQL: use another name, such as post_order",
    "tenant: refs tags": "its join table has tenant_id already: use another name",
    "tag: refs tags": "tags gives tag_ids too: rename one of them",
}


def refused(fields: dict[str, str], **more: Any) -> list[str]:
    return modules_problems({**TAGS, **more, "posts": {"fields": {"title": "str", **fields}}})


class TestRefs:
    @pytest.mark.parametrize(("line", "sentence"), [each for each in WRONG.items() if not each[0].startswith("tag:")])
    def test_are_refused(self, line: str, sentence: str) -> None:
        name, _, said = line.partition(": ")

        assert refused({name: said}) == [f"posts.{name}: {sentence}"]

    @pytest.mark.parametrize(
        ("said", "instead"),
        {
            "tags?": "ref tags, or refs tags for several",
            "Tag unique": "ref tags, or refs tags for several",
            "list of tags": "ref tags, or refs tags for several",
            "posts?": "ref posts, or refs posts for several",
            "user": "ref users",
        }.items(),
    )
    def test_are_proposed_where_a_module_is_given_as_a_type(self, said: str, instead: str) -> None:
        word = said.removeprefix("list of ").rstrip("?").split()[0]

        assert refused({"topic": said}) == [f"posts.topic: {word!r} is a module, and no type: write {instead}"]

    def test_are_refused_beside_others(self) -> None:
        column = "tag makes a column tag_id, which this needs: rename one of them"

        assert refused({"tags": "refs tags", "tag": "ref tags?"}) == [f"posts.tags: {column}"]
        assert refused({"tags": "refs tags", "tag": "refs tags"})[1:] == [f"posts.tag: {WRONG['tag: refs tags']}"]
        assert refused({"tags": "refs tags"}, posts_tags={"fields": {"name": "str"}}) == [
            "posts.tags: its table posts_tags is that of posts_tags too: rename one of the two"
        ]

    def test_are_refused_alone(self) -> None:
        assert modules_problems({**TAGS, "posts": {"fields": {"tags": "refs tags"}}}) == [
            "posts: it has lists of refs only: add a field of its own, such as `title: str(120)`"
        ]

    def test_are_refused_in_a_circle(self) -> None:
        [found] = modules_problems(
            {
                "tags": {"fields": {"name": "str", "posts": "refs posts"}},
                "posts": {"fields": {"title": "str", "tags": "refs tags"}},
            }
        )

        assert found.endswith(
            "circle: leave this one out, and describe a module of its own for it, such as"
            " post_tags: {fields: {post: ref posts, tag: ref tags unique with post}}"
        )

    def test_are_refused_when_the_names_of_constraints_are_too_long(self) -> None:
        name = "last_known_positions_of_it"
        described = {"electronic_health_record_notes": {"fields": {"title": "str", name: "refs tags"}}}

        [found] = modules_problems({**TAGS, **described})

        assert "its constraint would have 65: use a name that is 2 shorter" in found

    def test_have_names_by_their_singular(self) -> None:
        described = {**TAGS, "posts": {"fields": {"title": "str", "labels": "refs tag on delete restrict"}}}
        [_, posts] = modules_of(read(described))
        [link] = posts.links

        assert (link.ids, link.column, link.own_column, link.table) == (
            "label_ids",
            "label_id",
            "post_id",
            "posts_labels",
        )
        assert posts.uses == ["tags"]


STORED = {**TAGS, "posts": {"fields": {"title": "str", "old": "str?", "labels": "refs tags"}}}


def described(**fields: str) -> dict[str, Any]:
    return {**TAGS, "posts": {"fields": fields}}


def step_for(**fields: str) -> str:
    given = described(**fields)
    assert modules_problems(given, stored=STORED) == []
    [change] = changes_between(STORED, as_stored(given, STORED), words_between(STORED, given))
    step = step_of(change)
    return step.text if step else ""


class TestChange:
    def test_adds_a_join_table(self) -> None:
        text = step_for(tags="refs tags on delete restrict")

        assert "from app.database.link_changes import (\n    add_links,\n    drop_links,\n)" in text
        assert '    add_links(\n        "posts_tags",\n        "post_id",\n        "posts",\n' in text
        assert '    drop_links(\n        "posts_tags",\n    )' in text

    def test_drops_one(self) -> None:
        text = step_for(labels="drop")

        assert '"""Posts: drop labels."""' in text
        assert "# allow ban-drop-table: " in text
        assert text.index('drop_links(\n        "posts_labels"') < text.index('add_links(\n        "posts_labels"')

    def test_changes_the_rule(self) -> None:
        text = step_for(labels="refs tags on delete restrict")

        assert text.index('"RESTRICT"') < text.index('"CASCADE"')

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"old": "refs tags"}, "old: str(255)? cannot become refs in place: use another name"),
            ({"labels": "str?"}, "labels: refs cannot become str(255)? in place: use another name"),
            ({"labels": "refs posts"}, "labels: refs tags cannot become refs posts in place: use another name"),
            (
                {"tags": "refs tags was labels"},
                "tags: refs cannot be renamed: keep the name, or drop labels and add the new ones",
            ),
            ({"tags": "refs tags backfill (1)"}, "tags: rows that are there have no links: leave backfill out"),
        ],
    )
    def test_that_the_table_does_not_allow_is_refused(self, fields: dict[str, str], sentence: str) -> None:
        assert modules_problems(described(**fields), stored=STORED) == [f"posts.{sentence}"]
