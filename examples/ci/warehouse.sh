#!/usr/bin/env bash
# Loads the last twelve months into a table of DuckDB, and from there into a Parquet file. What is there already is
# replaced, so that it can be run again; where there is no report, the exit code says why and the table is as it was.
set -euo pipefail

npx -y @effect-datadog/slo-report-cli@0 export -Q 'team:pay' --last 12mo -o slo.jsonl

duckdb slo.duckdb <<'SQL'
create table if not exists slo (
  id varchar, name varchar, type varchar, target double, "interval" varchar, start date,
  status double, budget_left double, met boolean, export_error varchar,
  primary key (id, "interval", start)
);
insert or replace into slo by name
  select * exclude (report, other) from read_json('slo.jsonl', format = 'newline_delimited', columns = {
    report: 'varchar', id: 'varchar', name: 'varchar', type: 'varchar', target: 'double', "interval": 'varchar',
    start: 'date', status: 'double', budget_left: 'double', met: 'boolean', export_error: 'varchar', other: 'json'
  });
copy slo to 'slo.parquet';
SQL
