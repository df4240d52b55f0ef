-- Navigation: the whole category tree of a tenant, with depth and path.
with recursive tree as (
  select id, name, 1 as depth, array[id] as path
  from categories
  where tenant_id = $1
    and parent_id is null
  union all
  select c.id, c.name, tree.depth + 1, tree.path || c.id
  from tree
  join categories c on c.parent_id = tree.id
)
select id, name, depth
from tree
order by path
