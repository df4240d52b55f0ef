update public.tasks set is_done = true where id = $1
