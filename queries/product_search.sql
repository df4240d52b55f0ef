-- Marketplace: full-text search over the products of all tenants, best match first.
select p.id, p.name, p.price_cents, ts_rank_cd(p.search, term) as rank
from products p
cross join websearch_to_tsquery('english', :term::text) as term
where p.search @@ term
order by rank desc, p.id
limit 20
