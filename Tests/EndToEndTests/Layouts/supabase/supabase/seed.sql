insert into auth.users (id, email, aud, role)
select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'u' || n || '@example.com', 'authenticated',
  'authenticated'
from generate_series(1, 500) as n;

insert into public.projects (id, owner_id, name)
select ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid,
  ('00000000-0000-4000-8000-' || lpad((1 + n % 500)::text, 12, '0'))::uuid, 'project ' || n
from generate_series(1, 1000) as n;

insert into public.tasks (project_id, user_id, title, is_done, created_at)
select ('00000000-0000-4000-9000-' || lpad((1 + n % 1000)::text, 12, '0'))::uuid,
  ('00000000-0000-4000-8000-' || lpad((1 + n % 500)::text, 12, '0'))::uuid, 'task ' || n, n % 3 = 0,
  timestamptz '2024-05-01 00:00+00' + n * interval '3 minutes'
from generate_series(1, 20000) as n;
