create index tasks_user_id_idx on public.tasks (user_id, created_at);
create index projects_owner_id_idx on public.projects (owner_id);

alter table public.projects enable row level security;
alter table public.tasks enable row level security;

create policy "owners see their projects" on public.projects
  for select to authenticated using ((select auth.uid()) = owner_id);

create policy "users see their tasks" on public.tasks
  for select to authenticated using ((select auth.uid()) = user_id);

create policy "users change their tasks" on public.tasks
  for update to authenticated using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);

grant select on public.tasks to reporting;
