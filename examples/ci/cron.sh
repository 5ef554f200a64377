#!/usr/bin/env bash
# Keeps the table of the last month and its page, and judges it. cron mails what is printed: where all is well, nothing.
# Where Datadog or the network is down it exits with 5 and keeps nothing: it can be run again.
set -euo pipefail

month=$(date -u +%Y-%m)
code=0
npx -y @effect-datadog/slo-report-cli@0 gate --quiet -Q 'team:pay' --last 1mo --timezone Europe/Berlin \
  -o "verdict-$month.txt" --write csv="slo-$month.csv" --write html="slo-$month.html" || code=$?

case $code in
  0) ;;
  1) echo "Error budgets are used up:" && cat "verdict-$month.txt" ;;
  *) echo "The SLOs could not be judged (exit code $code)." ;;
esac
exit $code
