-- An inheritance tree: the parent's own rows are the first member.
SELECT id FROM inh_p WHERE v = 3;
