create extension if not exists "uuid-ossp" with schema extensions;

create table public.projects (
  id uuid primary key default extensions.uuid_generate_v4(),
  owner_id uuid not null references auth.users (id) on delete cascade,
  name text not null
);

create table public.tasks (
  id bigint generated always as identity primary key,
  project_id uuid not null references public.projects (id) on delete cascade,
  user_id uuid not null default auth.uid() references auth.users (id),
  title text not null,
  is_done boolean not null default false,
  created_at timestamptz not null default now()
);
