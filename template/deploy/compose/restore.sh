#!/bin/bash
# Lays the server's data as they were at a moment, from what backup.sh keeps. The server must not run; README.md has the steps.
# What was there before stays beside it, and what was kept of it goes into backups/before-*.
set -euo pipefail
at=${1:?a moment, such as "2026-05-04 12:30:00+00"}
folder=${BACKUPS:-/backups}
data=${PGDATA:?}

moment=$(date -u -d "$at" +%Y%m%dT%H%M%SZ)
base=
for each in "$folder"/base-*; do
    [ -d "$each" ] && [[ ${each##*/base-} < $moment || ${each##*/base-} == "$moment" ]] && base=$each
done
[ -n "$base" ] || { echo "restore: no copy of the server in $folder is as old as $at; the oldest: $(find "$folder" -maxdepth 1 -name 'base-*' | sort | head -n 1)" >&2; exit 1; }
[ ! -e "$data/postmaster.pid" ] || { echo "restore: the server runs, or did not end well: docker compose stop database" >&2; exit 1; }

stamp=$(date -u +%Y%m%dT%H%M%SZ)
before=$data.before-$stamp
mv "$data" "$before"
mkdir -m 700 "$data" "$data/restored_wal"
tar -xzf "$base/base.tar.gz" -C "$data"
for file in "$folder"/wal/*; do
    name=${file##*/}
    cp "$file" "$data/restored_wal/${name%.partial}"
done
cat >>"$data/postgresql.auto.conf" <<CONF
restore_command = 'cp restored_wal/%f %p'
recovery_target_time = '$at'
recovery_target_action = 'promote'
CONF
touch "$data/recovery.signal"
chown -R --reference "$before" "$data"

# The server goes on with a log of its own, of which a new copy is the beginning.
mkdir "$folder/before-$stamp"
mv "$folder"/base-* "$folder/wal" "$folder/before-$stamp"
echo "restore: $data is as of $at when the server has started; before: $before"
