"""The function that splits texts into the words that lists search: lower case, without accents.

Punctuation separates words, where PostgreSQL's parser would keep `a@example.com` or `-2030` whole.
"""

from alembic import op


def upgrade() -> None:
    op.execute(r"""
        CREATE FUNCTION search_words(text) RETURNS text[]
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$
            SELECT tsvector_to_array(to_tsvector('pg_catalog.simple', regexp_replace(
                regexp_replace(normalize($1, NFKD), '[\u0300-\u036f]', '', 'g'),
                '[!-/\:-@[-`{-~]+', ' ', 'g'
            )))
        $$
    """)
    op.execute("GRANT EXECUTE ON FUNCTION search_words(text) TO app_rw, app_admin")


def downgrade() -> None:
    op.execute("DROP FUNCTION search_words(text)")
