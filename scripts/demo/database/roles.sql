-- The owner of the tables, who never logs in.
create role matchbook;
-- Who maintains them: no superuser, but a member of the owner.
create role maintenance login password 'demo-maintenance';
grant matchbook, pg_read_all_stats to maintenance;
-- Who reads them for reports.
create role reporting login password 'demo-reporting';
grant pg_read_all_data to reporting;
create database matchbook owner matchbook template template0;
