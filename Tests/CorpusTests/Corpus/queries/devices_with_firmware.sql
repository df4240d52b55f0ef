SELECT id, serial FROM fleet.device WHERE attrs @> '{"firmware": "9.41", "modem": 2}'
