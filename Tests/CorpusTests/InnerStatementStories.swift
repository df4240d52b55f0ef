// The databases, changes and expected findings of InnerStatementTests.

private let images = """
  CREATE TABLE image (id bigint PRIMARY KEY, post_id bigint NOT NULL, url text);
  CREATE TABLE user_profile (user_id bigint PRIMARY KEY, bio text, cover_image_id bigint);
  INSERT INTO image SELECT g, g / 12, 'https://i/' || g FROM generate_series(1, 6000) g;
  INSERT INTO user_profile SELECT g, repeat('b', 40), g % 6000 + 1 FROM generate_series(1, 8000) g;
  CREATE INDEX image_post_idx ON image (post_id);
  """

private let tree = """
  CREATE TABLE tenant (id int PRIMARY KEY, name text);
  CREATE TABLE project (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant ON DELETE CASCADE);
  CREATE TABLE task (id int PRIMARY KEY, project_id int NOT NULL REFERENCES project ON DELETE CASCADE, title text);
  INSERT INTO tenant SELECT g, 't' || g FROM generate_series(1, 50) g;
  INSERT INTO project SELECT g, g % 50 + 1 FROM generate_series(1, 1000) g;
  INSERT INTO task SELECT g, g % 1000 + 1, repeat('x', 60) FROM generate_series(1, 10000) g;
  CREATE INDEX project_tenant_idx ON project (tenant_id);
  CREATE INDEX task_project_idx ON task (project_id);
  """

private let orders = """
  CREATE TABLE customer (id int PRIMARY KEY, name text, orders_open int NOT NULL DEFAULT 0);
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, status text NOT NULL, total int);
  INSERT INTO customer SELECT g, 'c' || g FROM generate_series(1, 1000) g;
  INSERT INTO orders SELECT g, g % 1000 + 1, CASE WHEN g % 9 = 0 THEN 'open' ELSE 'done' END, g
  FROM generate_series(1, 20000) g;
  CREATE INDEX orders_customer_idx ON orders (customer_id);
  CREATE FUNCTION open_orders(c int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
  BEGIN
    RETURN (SELECT count(*) FROM orders o WHERE o.customer_id = c AND o.status = 'open');
  END $$;
  CREATE FUNCTION spent(c int) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER AS
    'SELECT coalesce(sum(o.total), 0) FROM orders o WHERE o.customer_id = c';
  CREATE FUNCTION total_of(c int) RETURNS bigint LANGUAGE sql STABLE AS
    'SELECT coalesce(sum(o.total), 0) FROM orders o WHERE o.customer_id = c';
  CREATE FUNCTION refresh_customer() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE customer SET orders_open = (SELECT count(*) FROM orders o WHERE o.customer_id = NEW.customer_id)
    WHERE id = NEW.customer_id;
    RETURN NEW;
  END $$;
  CREATE FUNCTION check_quota() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF (SELECT count(*) FROM orders o WHERE o.customer_id = NEW.customer_id) > 1000000 THEN
      RAISE EXCEPTION 'too many';
    END IF;
    RETURN NEW;
  END $$;
  CREATE FUNCTION summarize() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM count(*) FROM changed n JOIN orders o ON o.customer_id = n.customer_id;
    RETURN NULL;
  END $$;
  """

private let dropped = "DROP INDEX orders_customer_idx"
private let reindexed = "REINDEX TABLE orders; CREATE INDEX orders_total_idx ON orders (total)"

extension InnerStatementTests.Hidden {
  static let all: [InnerStatementTests.Hidden] = [
    .init(
      story: Story(
        name: "a foreign key without an index on the referencing column",
        seed: images, options: "params: [100]", query: "DELETE FROM image WHERE post_id = $1",
        migration: """
          ALTER TABLE user_profile ADD COLUMN sfw_cover_image_id bigint REFERENCES image (id) ON DELETE SET NULL
          """),
      relation: "public.user_profile",
      words: [
        "foreign key user_profile_sfw_cover_image_id_fkey", "reads public.user_profile sequentially", "12 times",
        "96,000 rows", "no index on (sfw_cover_image_id)",
      ],
      fix: "CREATE INDEX ON public.user_profile (sfw_cover_image_id)",
      harmless: """
        ALTER TABLE user_profile ADD COLUMN sfw_cover_image_id bigint REFERENCES image (id) ON DELETE SET NULL;
        CREATE INDEX user_profile_sfw_idx ON user_profile (sfw_cover_image_id)
        """),
    .init(
      story: Story(
        name: "a foreign key with NO ACTION that nothing references yet",
        seed: images, options: "params: [100]", query: "DELETE FROM image WHERE post_id = $1",
        migration: "ALTER TABLE user_profile ADD FOREIGN KEY (cover_image_id) REFERENCES image ON DELETE SET NULL"),
      relation: "public.user_profile",
      words: ["foreign key user_profile_cover_image_id_fkey", "no index on (cover_image_id)"],
      fix: "CREATE INDEX ON public.user_profile (cover_image_id)",
      harmless: """
        CREATE INDEX ON user_profile (cover_image_id);
        ALTER TABLE user_profile ADD FOREIGN KEY (cover_image_id) REFERENCES image ON DELETE SET NULL
        """),
    .init(
      story: Story(
        name: "a deferred foreign key without an index",
        seed: images, options: "params: [100]", query: "DELETE FROM image WHERE post_id = $1",
        migration: """
          CREATE TABLE pin (id int PRIMARY KEY, image_id bigint, note text);
          INSERT INTO pin SELECT g, NULL, repeat('n', 50) FROM generate_series(1, 5000) g;
          ALTER TABLE pin ADD CONSTRAINT pin_image FOREIGN KEY (image_id) REFERENCES image
            DEFERRABLE INITIALLY DEFERRED
          """),
      relation: "public.pin", words: ["foreign key pin_image", "12 times", "60,000 rows", "no index on (image_id)"],
      fix: "CREATE INDEX ON public.pin (image_id)"),
    .init(
      story: Story(
        name: "the index of the last table of a cascade dropped",
        seed: tree, options: "params: [7]", query: "DELETE FROM tenant WHERE id = $1",
        migration: "DROP INDEX task_project_idx"),
      relation: "public.task",
      words: ["foreign key task_project_id_fkey", "20 times", "198,100 rows", "no index on (project_id)"],
      fix: "CREATE INDEX task_project_idx ON public.task USING btree (project_id)",
      harmless: "ALTER TABLE task ADD COLUMN done boolean; REINDEX TABLE task"),
    .init(
      story: Story(
        name: "the index of a partitioned child of a foreign key missing on one partition",
        seed: """
          CREATE TABLE account (id int PRIMARY KEY, name text);
          INSERT INTO account SELECT g, 'a' || g FROM generate_series(1, 500) g;
          CREATE TABLE entry (id int, account_id int REFERENCES account ON DELETE CASCADE, note text)
            PARTITION BY RANGE (id);
          CREATE TABLE entry_1 PARTITION OF entry FOR VALUES FROM (0) TO (5000);
          CREATE TABLE entry_2 PARTITION OF entry FOR VALUES FROM (5000) TO (10000);
          INSERT INTO entry SELECT g, g % 500 + 1, repeat('n', 60) FROM generate_series(1, 9999) g;
          CREATE INDEX entry_1_account_idx ON entry_1 (account_id);
          CREATE INDEX entry_2_account_idx ON entry_2 (account_id);
          """,
        options: "params: [7]", query: "DELETE FROM account WHERE id = $1",
        migration: "DROP INDEX entry_2_account_idx"),
      relation: "public.entry_2", words: ["foreign key entry_account_id_fkey"],
      harmless: """
        CREATE TABLE entry_3 PARTITION OF entry FOR VALUES FROM (10000) TO (15000);
        CREATE INDEX entry_3_account_idx ON entry_3 (account_id)
        """),
    .init(
      story: Story(
        name: "the index of a PL/pgSQL function's query dropped",
        seed: orders, query: "SELECT id, open_orders(id) FROM customer WHERE id <= 10", migration: dropped),
      relation: "public.orders",
      words: ["function open_orders(integer)", "Seq Scan", "10 times"],
      harmless: reindexed),
    .init(
      story: Story(
        name: "the index of an SQL function that is not inlined dropped",
        seed: orders, query: "SELECT id, spent(id) FROM customer WHERE id <= 10", migration: dropped),
      relation: "public.orders", words: ["function spent", "Seq Scan"], harmless: reindexed),
    .init(
      story: Story(
        name: "the index of an SQL function that is inlined dropped",
        seed: orders, query: "SELECT id, total_of(id) FROM customer WHERE id <= 10", migration: dropped),
      relation: "public.orders", words: ["Seq Scan"], harmless: reindexed),
    .init(
      story: Story(
        name: "the index of an AFTER trigger's query dropped",
        seed: orders
          + "CREATE TRIGGER after_order AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION refresh_customer();",
        query: "INSERT INTO orders SELECT 100000 + g, g, 'open', 1 FROM generate_series(1, 5) g", migration: dropped),
      relation: "public.orders", words: ["function refresh_customer()", "5 times"],
      harmless: "ALTER INDEX orders_customer_idx RENAME TO orders_by_customer"),
    .init(
      story: Story(
        name: "the index of a BEFORE trigger's query dropped",
        seed: orders
          + "CREATE TRIGGER before_order BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION check_quota();",
        query: "INSERT INTO orders VALUES (100001, 7, 'open', 1)", migration: dropped),
      relation: "public.orders", words: ["function check_quota()"], harmless: reindexed),
    .init(
      story: Story(
        name: "the index of a statement trigger with a transition table dropped",
        seed: orders
          + """
          CREATE TRIGGER sum_up AFTER UPDATE ON orders REFERENCING NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION summarize();
          """,
        query: "UPDATE orders SET total = total + 1 WHERE id = 77", migration: dropped),
      relation: "public.orders", words: ["function summarize()"], harmless: reindexed),
    .init(
      story: Story(
        name: "the index of a statement trigger dropped that runs after more statements than are watched",
        seed: orders
          + """
          CREATE TABLE line (id int PRIMARY KEY, customer_id int REFERENCES customer);
          CREATE FUNCTION count_orders() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM count(*) FROM orders WHERE customer_id = 7; RETURN NULL; END';
          CREATE TRIGGER sum_up AFTER INSERT ON line FOR EACH STATEMENT EXECUTE FUNCTION count_orders();
          """,
        query: "INSERT INTO line SELECT g, 1 FROM generate_series(1, 1500) g", migration: dropped),
      relation: "public.orders", words: ["public.orders is read sequentially inside the statement"],
      harmless: reindexed),
    .init(
      story: Story(
        name: "the index of a trigger function's query dropped, whose name needs quotes",
        seed: orders
          + """
          CREATE SCHEMA "My triggers";
          CREATE FUNCTION "My triggers"."after a ""line 1"() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            PERFORM count(*)
          -- function that counts
            FROM orders o WHERE o.customer_id = NEW.customer_id;
            RETURN NULL;
          END $$;
          CREATE TRIGGER t AFTER INSERT ON orders FOR EACH ROW
            EXECUTE FUNCTION "My triggers"."after a ""line 1"();
          """,
        query: "INSERT INTO orders VALUES (100001, 7, 'open', 1)", migration: dropped),
      relation: "public.orders", words: [#"function "My triggers"."after a ""line 1"()"#], harmless: reindexed),
    .init(
      story: Story(
        name: "a new trigger that reads a table sequentially",
        seed: orders + dropped + ";", query: "INSERT INTO orders VALUES (100001, 7, 'open', 1)",
        migration: """
          CREATE TRIGGER before_order BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION check_quota()
          """),
      relation: "public.orders", words: ["function check_quota()", "reads public.orders sequentially", "20,000 rows"],
      harmless: """
        CREATE TABLE setting (name text PRIMARY KEY, value text); INSERT INTO setting VALUES ('a', 'b'), ('c', 'd');
        CREATE FUNCTION read_setting() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE v text; BEGIN SELECT value INTO v FROM setting WHERE name = 'a'; RETURN NEW; END $$;
        CREATE TRIGGER before_order BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION read_setting()
        """),
    .init(
      story: Story(
        name: "the index of a policy's function dropped",
        seed: orders
          + """
          CREATE TABLE member (id int PRIMARY KEY, user_name text NOT NULL, customer_id int);
          INSERT INTO member SELECT g, 'u' || g, g FROM generate_series(1, 5000) g;
          CREATE INDEX member_user_idx ON member (user_name);
          CREATE FUNCTION my_customer() RETURNS int LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
          BEGIN RETURN (SELECT m.customer_id FROM member m WHERE m.user_name = current_setting('app.user')); END $$;
          ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
          CREATE POLICY own ON orders USING (customer_id = (SELECT my_customer()));
          GRANT SELECT ON orders TO story_user;
          """,
        options: "session: {role: story_user, settings: {app.user: u7}}", query: "SELECT id, total FROM orders",
        migration: "DROP INDEX member_user_idx", roles: ["story_user"]),
      relation: "public.member", words: ["function my_customer()"], harmless: "REINDEX TABLE member"),
    .init(
      story: Story(
        name: "the index of a column default's function dropped",
        seed: orders
          + """
          CREATE FUNCTION next_number(c int) RETURNS bigint LANGUAGE plpgsql AS $$
          BEGIN RETURN (SELECT count(*) FROM orders o WHERE o.customer_id = c); END $$;
          CREATE TABLE receipt (id int, number bigint DEFAULT next_number(7));
          """,
        query: "INSERT INTO receipt (id) VALUES (1)", migration: dropped),
      relation: "public.orders", words: ["function next_number(integer)"], harmless: reindexed),
    .init(
      story: Story(
        name: "dynamic SQL in a function that loses its index",
        seed: orders
          + """
          CREATE FUNCTION dynamic(c int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
          DECLARE n bigint; BEGIN
            EXECUTE 'SELECT count(*) FROM orders WHERE customer_id = ' || c INTO n; RETURN n;
          END $$;
          """,
        query: "SELECT id, dynamic(id) FROM customer WHERE id <= 10", migration: dropped),
      relation: "public.orders", words: ["function dynamic(integer)", "10 times"], harmless: reindexed),
    .init(
      story: Story(
        name: "a function that runs its query in a loop",
        seed: orders
          + """
          CREATE FUNCTION report(c int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
          DECLARE n bigint := 0; i int; BEGIN
            FOR i IN 1..10 LOOP n := n + (SELECT o.total FROM orders o WHERE o.id = c + i); END LOOP; RETURN n;
          END $$;
          """,
        query: "SELECT report(7)",
        migration: """
          CREATE OR REPLACE FUNCTION report(c int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
          DECLARE n bigint := 0; i int; BEGIN
            FOR i IN 1..400 LOOP n := n + (SELECT o.total FROM orders o WHERE o.id = c + i); END LOOP; RETURN n;
          END $$;
          """),
      rule: "inner-calls", relation: nil, words: ["function report(integer)", "400 times", "10 times"],
      harmless: """
        CREATE OR REPLACE FUNCTION report(c int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
        DECLARE n bigint := 0; i int; BEGIN
          FOR i IN 1..15 LOOP n := n + (SELECT o.total FROM orders o WHERE o.id = c + i); END LOOP; RETURN n;
        END $$;
        """),
  ]
}

extension Story {
  /// Changes that touch what a statement runs and make nothing worse.
  static let harmlessInside: [Story] = [
    Story(
      name: "a function's body reformatted", seed: orders,
      query: "SELECT id, open_orders(id) FROM customer WHERE id <= 10",
      migration: """
        CREATE OR REPLACE FUNCTION open_orders(c int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
        BEGIN
          -- how many are open
          RETURN (SELECT count(*) FROM orders AS o
            WHERE o.customer_id = c AND o.status = 'open');
        END $$
        """),
    Story(
      name: "another column updated by a trigger", seed: orders,
      query: "UPDATE orders SET total = 3 WHERE id = 5",
      migration: """
        ALTER TABLE orders ADD COLUMN touched timestamptz;
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.touched := now(); RETURN NEW; END';
        CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()
        """),
    Story(
      name: "five per cent more rows in the table that a foreign key reads", seed: tree, options: "params: [7]",
      query: "DELETE FROM tenant WHERE id = $1",
      migration: "INSERT INTO task SELECT 20000 + g, g % 1000 + 1, repeat('x', 60) FROM generate_series(1, 500) g"),
    Story(
      name: "a foreign key's constraint renamed", seed: tree, options: "params: [7]",
      query: "DELETE FROM tenant WHERE id = $1",
      migration: "ALTER TABLE task RENAME CONSTRAINT task_project_id_fkey TO task_belongs_to_project"),
    Story(
      name: "tables of a cascade rewritten", seed: tree, options: "params: [7]",
      query: "DELETE FROM tenant WHERE id = $1",
      migration: "CLUSTER task USING task_project_idx; CREATE INDEX task_title_idx ON task (title)"),
    Story(
      name: "a trigger function that reads a table of two rows sequentially", seed: orders,
      query: "INSERT INTO orders VALUES (100001, 7, 'open', 1)",
      migration: """
        CREATE TABLE flag (name text, value text); INSERT INTO flag VALUES ('a', 'b'), ('c', 'd');
        CREATE FUNCTION read_flag() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE v text; BEGIN SELECT value INTO v FROM flag WHERE name = 'a'; RETURN NEW; END $$;
        CREATE TRIGGER before_order BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION read_flag()
        """),
  ]
}
