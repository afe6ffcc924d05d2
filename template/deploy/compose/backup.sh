#!/bin/bash
# Keeps what a restore needs, in /backups: the log of all changes as they happen (wal/), each night a dump and a copy of the
# server (base-*), and deletes what is older than KEEP_DAYS. At once: `bash backup.sh now`, `bash backup.sh base`.
set -euo pipefail
folder=${BACKUPS:-/backups}
days=${KEEP_DAYS:-14}
PGPASSWORD=$(cat "${SECRETS:-/run/secrets}/backup_password")
export PGPASSWORD

dump() {
    local file
    file="$folder/app-$(date -u +%Y%m%dT%H%M%SZ).dump"
    pg_dump --format custom --file "$file.part"
    pg_restore --list "$file.part" >/dev/null
    mv "$file.part" "$file"
    find "$folder" -name 'app-*.dump' -mtime "+$days" -delete
    echo "backup: $file"
}

base() { # named after its end: only later moments can be restored from it
    local part="$folder/base.part" name oldest
    rm -rf "$part"
    pg_basebackup --pgdata "$part" --format tar --gzip --wal-method none --checkpoint fast
    name="$folder/base-$(date -u +%Y%m%dT%H%M%SZ)"
    mv "$part" "$name"
    find "$folder" -maxdepth 1 -name 'base-*' -mtime "+$days" ! -path "$name" -exec rm -rf {} +
    oldest=$(find "$folder" -maxdepth 1 -name 'base-*' | sort | head -n 1)
    pg_archivecleanup "$folder/wal" "$(tar -xzOf "$oldest/base.tar.gz" backup_label | sed -n 's/^START WAL.*(file \(.*\))$/\1/p')"
    echo "backup: $name"
}

wal() { # the slot keeps what was not received; max_slot_wal_keep_size bounds it
    mkdir -p "$folder/wal"
    pg_receivewal --slot app_backup --create-slot --if-not-exists
    exec pg_receivewal --synchronous --slot app_backup --directory "$folder/wal"
}

case ${1:-} in
now) dump ;;
base) base ;;
wal) wal ;;
*)
    (while true; do bash "$0" wal || sleep 5; done) &
    while true; do
        bases=("$folder"/base-*)
        [ -e "${bases[0]}" ] || bash "$0" base || echo "backup: the copy of the server failed, the next one is tomorrow" >&2
        sleep $((($(date -u -d 'tomorrow 03:00' +%s) - $(date -u +%s)) % 86400))
        bash "$0" now || echo "backup: the dump failed, the next one is tomorrow" >&2
        bash "$0" base || echo "backup: the copy of the server failed, the next one is tomorrow" >&2
        sleep 1
    done
    ;;
esac
