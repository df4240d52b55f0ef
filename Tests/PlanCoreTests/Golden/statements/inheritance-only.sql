-- ONLY: the parent's rows alone.
SELECT id FROM ONLY inh_p WHERE v = 3;
