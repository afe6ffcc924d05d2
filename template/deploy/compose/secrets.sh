#!/bin/sh
# Makes secrets/, once: what is there stays. Run it beside compose.yaml, on the server: sh secrets.sh
# The folder is yours alone; the files can be read by the containers' users, to whom Docker hands them one by one.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets backups

keep() { # NAME VALUE: writes secrets/NAME unless it is there
    [ -e "secrets/$1" ] || printf '%s\n' "$2" >"secrets/$1"
    chmod 444 "secrets/$1"
}
random() { # CHARACTERS: letters and digits, which need no quoting in a URL
    LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c "$1"
}

keep secret_key "$(random 64)"
keep metrics_token "$(random 40)"
for role in postgres app_rw app_owner app_admin backup; do
    keep "${role}_password" "$(random 40)"
done
for line in "app_rw database_url" "app_admin database_admin_url" "app_owner database_owner_url"; do
    role=${line% *} file=${line#* }
    keep "$file" "postgresql://$role:$(cat "secrets/${role}_password")@database:5432/app"
    keep "pooled_$file" "postgresql://$role:$(cat "secrets/${role}_password")@pgbouncer:6432/app"
done
rm -f secrets/pooled_database_owner_url # migrations go past the pooler
keep pgbouncer_users "\"app_rw\" \"$(cat secrets/app_rw_password)\"
\"app_admin\" \"$(cat secrets/app_admin_password)\""
keep mail_password "write the mail server's password in place of this line"
echo "secrets/ is complete. Keep a copy of it elsewhere: without secret_key a backup cannot be used."
