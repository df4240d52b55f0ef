-- Privacy: deletes what was recorded of a user, in every partition.
delete from events
where user_id = $1
