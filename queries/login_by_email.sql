-- Sign-in: finds the account for an address, however it was typed.
select u.id, u.display_name, t.name as tenant, t.plan
from users u
join tenants t on t.id = u.tenant_id
where lower(u.email) = lower(:email::text)
