SELECT id, tracking FROM freight."Parcel" WHERE tags @> ARRAY['fragile']
