SELECT count(*), max(length(points)) FROM fleet.track WHERE labels @> ARRAY['fleet 3']
