#!/bin/bash
# PostgreSQL's image runs this once, after roles.sql, when it makes the database: each role gets its password. It may run
# again, when a password has leaked: docs/runbooks/leaked-key.md
set -euo pipefail
secrets=${SECRETS:-/run/secrets}

sql() { psql --set ON_ERROR_STOP=1 --quiet --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-app}" "$@"; }

for role in app_rw app_owner app_admin; do
    sql --set role="$role" --set password="$(cat "$secrets/${role}_password")" <<<"ALTER ROLE :\"role\" PASSWORD :'password';"
done
sql --set password="$(cat "$secrets/backup_password")" --set database="${POSTGRES_DB:-app}" <<'SQL'
SELECT 'CREATE ROLE backup IN ROLE pg_read_all_data' WHERE to_regrole('backup') IS NULL \gexec
ALTER ROLE backup LOGIN BYPASSRLS REPLICATION PASSWORD :'password';
GRANT CONNECT ON DATABASE :"database" TO backup;
SQL
hba=$(sql --tuples-only --no-align --command 'SHOW hba_file')
grep -q '^host replication backup ' "$hba" || echo "host replication backup all scram-sha-256" >>"$hba"
