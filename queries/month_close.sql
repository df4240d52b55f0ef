-- Finance: totals by account and currency over all tenants, for the closing of a month.
select account, currency, count(*) as entries, sum(amount_cents) as amount_cents
from ledger_entries
where booked_at >= :month::timestamptz
  and booked_at < :month::timestamptz + interval '1 month'
group by account, currency
order by account, currency
