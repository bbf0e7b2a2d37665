#!/bin/sh
# Runs once, on an empty database volume, as the server's superuser: the same roles, database and rights as
# scripts/cluster.py makes for development, here with passwords. psql reads those itself, so that they do not
# appear in the list of processes.
set -eu

psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres <<'SQL'
\getenv owner_password OWNER_DB_PASSWORD
\getenv app_password APP_DB_PASSWORD
create role owner login nosuperuser password :'owner_password';
create role app login nosuperuser nocreatedb password :'app_password';
create database wangge owner owner;
SQL

psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d wangge <<'SQL'
create extension if not exists postgis schema public;
create extension if not exists btree_gist schema public;
revoke create on schema public from public;
grant usage on schema public to public;
SQL
