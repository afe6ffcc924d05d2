#!/bin/bash
# Writes a dump each night at three, and deletes those older than KEEP_DAYS. `bash backup.sh now` writes one at once.
set -euo pipefail
folder=${BACKUPS:-/backups}
secret=${SECRETS:-/run/secrets}/backup_password

back_up() {
    local file
    file="$folder/app-$(date -u +%Y%m%dT%H%M%SZ).dump"
    PGPASSWORD=$(cat "$secret") pg_dump --format custom --file "$file.part"
    pg_restore --list "$file.part" >/dev/null
    mv "$file.part" "$file"
    find "$folder" -name 'app-*.dump' -mtime "+${KEEP_DAYS:-14}" -delete
    echo "backup: $file"
}

if [ "${1:-}" = now ]; then
    back_up
    exit
fi
while true; do
    sleep $((($(date -u -d 'tomorrow 03:00' +%s) - $(date -u +%s)) % 86400))
    back_up || echo "backup: failed, the next one is tomorrow" >&2
    sleep 1
done
