select id, title, created_at from public.tasks where not is_done order by created_at desc limit $1
