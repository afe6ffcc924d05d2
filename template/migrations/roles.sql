-- The three roles, and who owns the database. Run it in the application's database, as a superuser or as a
-- managed server's administrator. It may run again at any time: what is there stays as it is.
--
--   app_owner   migrates; owns the database and its tables
--   app_rw      serves; row security narrows it to one tenant at a time
--   app_admin   works across tenants, on purpose; a login of its own, so that no SQL of app_rw can become it
--
-- None is a superuser and none has BYPASSRLS: these are Postgres's defaults, and `app doctor` checks them.
-- Passwords are yours to give: ALTER ROLE app_rw PASSWORD '…'.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['app_owner', 'app_rw', 'app_admin'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', name);
        END IF;
        -- PostgreSQL then ends a statement whose process was killed. Windows has no such setting.
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name AND rolconfig::text LIKE '%client_connection_check%') THEN
            BEGIN
                EXECUTE format('ALTER ROLE %I SET client_connection_check_interval = %L', name, '2s');
            EXCEPTION WHEN insufficient_privilege OR invalid_parameter_value THEN NULL;
            END;
        END IF;
    END LOOP;

    -- A managed server's administrator is no superuser and has to be in the role that gets the database.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = CURRENT_USER) THEN
        GRANT app_owner TO CURRENT_USER;
    END IF;

    EXECUTE format('ALTER DATABASE %I OWNER TO app_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO app_rw, app_admin', current_database());
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'backup') THEN
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO backup', current_database());  -- into a restored one, too
    END IF;
END
$$;

-- Since PostgreSQL 15 the schema belongs to the database's owner and others cannot create in it; older ones need telling.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO app_owner;
GRANT USAGE ON SCHEMA public TO app_rw, app_admin;
