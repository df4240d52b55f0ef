import PlanCore
import Testing

@testable import GateCommand

/// A change to the database of `Causes`, or to the text of a query, and the causes that must be reported.
struct CauseCase: Sendable, CustomStringConvertible {
  let name: String
  let query: String
  /// SQL that is run before the baseline is recorded.
  var setup: String?
  /// SQL that is run after.
  var change: String?
  /// The query's text after.
  var text: String?
  /// The values of its parameters, before and after.
  var parameters: [String] = []
  /// Whether it is planned without them.
  var isGeneric = false
  /// The first causes, whole.
  let causes: [String]
  /// Texts that no cause may contain.
  var not: [String] = []

  var description: String { name }

  static let byCode = "SELECT id FROM p WHERE code = 'c77'"
  static let byFunction = "SELECT id FROM p WHERE code = wanted_code(77)"
  static let openByCode = "SELECT id FROM open_p WHERE code = 'c77'"
  static let update = "UPDATE p SET weight = weight + 1 WHERE code = 'c77'"
  static let delete = "DELETE FROM p WHERE code = 'c77'"
  static let join = "SELECT p.id FROM p LEFT JOIN u ON u.id = p.weight WHERE p.code = 'c77'"

  static let all = indexes + functions + columns + writes + texts + parameters

  // MARK: Indexes

  static let indexes = [
    CauseCase(
      name: "an index is gone", query: byCode, change: "DROP INDEX p_code_idx",
      causes: ["index p_code_idx of public.p is gone: btree (code)"]),
    CauseCase(
      name: "a unique index with INCLUDE is gone", query: "SELECT state FROM p WHERE name = 'name 5'",
      change: "DROP INDEX p_name_idx",
      causes: ["unique index p_name_idx of public.p is gone: btree (name) INCLUDE (state)"]),
    CauseCase(
      name: "an index is invalid", query: byCode,
      change: "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'p_code_idx'::regclass",
      causes: ["index p_code_idx of public.p is invalid: btree (code)"], not: ["gone"]),
    CauseCase(
      name: "an index that was dropped and could not be built anew", query: byCode,
      change: """
        DROP INDEX p_code_idx; CREATE INDEX p_code_new ON p (code);
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'p_code_new'::regclass
        """,
      causes: ["index p_code_new of public.p is invalid: btree (code)"], not: ["gone"]),
    CauseCase(
      name: "an index that is no longer unique", query: "SELECT count(*) FROM c JOIN p ON p.name = c.note",
      change: "DROP INDEX p_name_idx; CREATE INDEX p_name_idx ON p (name) INCLUDE (state)",
      causes: ["index p_name_idx of public.p is no longer unique"], not: ["gone"]),
    CauseCase(
      name: "one of two equal indexes is gone", query: byCode, setup: "CREATE INDEX p_code_too ON p (code)",
      change: "DROP INDEX p_code_idx",
      causes: ["index p_code_idx of public.p is gone; p_code_too has its definition"], not: ["called"]),
    CauseCase(
      name: "the key for which a join was removed", query: join, setup: "ALTER TABLE u ADD PRIMARY KEY (id)",
      change: "ALTER TABLE u DROP CONSTRAINT u_pkey",
      causes: ["primary key index u_pkey of public.u is gone: btree (id)"]),
    CauseCase(
      name: "a key that removes a join", query: join, change: "ALTER TABLE u ADD PRIMARY KEY (id)",
      causes: ["primary key index u_pkey of public.u is new: btree (id)"], not: ["public.u is gone"]),
    CauseCase(
      name: "an index of a table that is named and not read explains nothing", query: join,
      setup: "ALTER TABLE u ADD PRIMARY KEY (id); CREATE INDEX u_label_idx ON u (label)",
      change: "DROP INDEX u_label_idx", causes: []),
    CauseCase(
      name: "an index that nothing uses explains nothing", query: byCode,
      setup: "CREATE INDEX p_weight_idx ON p (weight)",
      change: "DROP INDEX p_weight_idx; DROP INDEX p_code_idx; CREATE INDEX p_state_idx ON p (state)",
      causes: ["index p_code_idx of public.p is gone: btree (code)"], not: ["weight", "state"]),
  ]

  // MARK: Functions and views

  static let functions = [
    CauseCase(
      name: "a function that is volatile now", query: byFunction,
      change: "ALTER FUNCTION wanted_code(integer) VOLATILE",
      causes: ["function public.wanted_code(integer): STABLE -> VOLATILE"], not: ["inner_code"]),
    CauseCase(
      name: "a function with a setting", query: byFunction,
      change: "ALTER FUNCTION wanted_code(integer) SET work_mem = '1MB'",
      causes: ["function public.wanted_code(integer): SET work_mem none -> 1MB"]),
    CauseCase(
      name: "attributes of a function that another names", query: byFunction,
      change: "ALTER FUNCTION inner_code(integer) SECURITY DEFINER COST 5000 PARALLEL SAFE LEAKPROOF",
      causes: [
        "function public.inner_code(integer): SECURITY INVOKER -> SECURITY DEFINER",
        "function public.inner_code(integer): PARALLEL UNSAFE -> PARALLEL SAFE",
        "function public.inner_code(integer): cost 100 -> 5000",
        "function public.inner_code(integer): NOT LEAKPROOF -> LEAKPROOF",
      ], not: ["body"]),
    CauseCase(
      name: "the body of a function that another names", query: byFunction,
      change: """
        CREATE OR REPLACE FUNCTION inner_code(n integer) RETURNS text LANGUAGE plpgsql STABLE AS
        $$ BEGIN RETURN 'c' || (n + 1); END $$
        """,
      causes: ["function public.inner_code(integer): body changed"], not: ["STABLE"]),
    CauseCase(
      name: "the language of a function", query: byFunction,
      change: """
        CREATE OR REPLACE FUNCTION inner_code(n integer) RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'c' || n $$
        """,
      causes: ["function public.inner_code(integer): language plpgsql -> sql"]),
    CauseCase(
      name: "another function of the same name", query: byFunction,
      change: "CREATE FUNCTION wanted_code(n bigint) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT 'c' || n $$",
      causes: ["function public.wanted_code(bigint) is new, or newly named by the query"]),
    CauseCase(
      name: "a view with a security barrier", query: openByCode,
      change: "ALTER VIEW open_p SET (security_barrier = true)",
      causes: ["view public.open_p: security_barrier false -> true"], not: ["body"]),
    CauseCase(
      name: "another view", query: openByCode,
      change: "CREATE OR REPLACE VIEW open_p AS SELECT * FROM p WHERE upper(state) = 'OPEN'",
      causes: ["view public.open_p: body changed"]),
    CauseCase(
      name: "a function that only a policy names", query: byCode,
      setup: """
        CREATE FUNCTION may_see(text) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT $1 = 'open' $$;
        ALTER TABLE p ENABLE ROW LEVEL SECURITY; CREATE POLICY seen ON p USING (may_see(state))
        """,
      change: "ALTER FUNCTION may_see(text) VOLATILE",
      causes: ["function public.may_see(text): STABLE -> VOLATILE"]),
  ]

  // MARK: Columns

  static let columns = [
    CauseCase(
      name: "a column with another collation", query: "SELECT id FROM c WHERE note > 'note 7'",
      change: #"ALTER TABLE c ALTER COLUMN note TYPE text COLLATE "C""#,
      causes: ["public.c.note: collation default -> C"]),
    CauseCase(
      name: "a column without its n_distinct", query: "SELECT count(*) FROM p WHERE weight = 7",
      setup: "ALTER TABLE p ALTER COLUMN weight SET (n_distinct = 20000)",
      change: "ALTER TABLE p ALTER COLUMN weight RESET (n_distinct)",
      causes: ["public.p.weight: n_distinct override 20000 -> none"]),
    CauseCase(
      name: "a column with another statistics target", query: "SELECT count(*) FROM p WHERE weight = 7",
      change: "ALTER TABLE p ALTER COLUMN weight SET STATISTICS 1",
      causes: ["public.p.weight: statistics target default -> 1"]),
    CauseCase(
      name: "a column that may be null", query: "SELECT count(*) FROM p WHERE name IS NOT NULL",
      change: "ALTER TABLE p ALTER COLUMN name DROP NOT NULL",
      causes: ["public.p.name is no longer NOT NULL"]),
    CauseCase(
      name: "the type of a column that a join casts",
      query: "SELECT count(*) FROM c JOIN p ON p.id = c.p_id WHERE c.id = 8",
      change: "ALTER TABLE c ALTER COLUMN p_id TYPE numeric",
      causes: [
        "public.c.p_id is now numeric, was bigint",
        "Hash Join {p, c} has the condition ((p.id)::numeric = c.p_id), was (p.id = c.p_id)",
      ]),
    CauseCase(
      name: "a value that is far more common", query: "SELECT count(*) FROM p WHERE state = 'deleted'",
      change: "UPDATE p SET state = 'deleted' WHERE id % 10 < 6",
      causes: ["public.p.state 'deleted': 1 % -> 60 % of the rows"], not: ["'open'"]),
    CauseCase(
      name: "a share that differs by noise", query: "SELECT count(*) FROM p WHERE state = 'deleted'",
      change: "UPDATE p SET state = 'deleted' WHERE id % 1000 = 1", causes: []),
  ]

  // MARK: Writes

  static let writes = [
    CauseCase(
      name: "a foreign key without an index", query: delete,
      change: """
        CREATE TABLE picture (id bigint PRIMARY KEY, p_id bigint REFERENCES p (id) ON DELETE SET NULL)
        """,
      causes: [
        "foreign key picture_p_id_fkey of public.picture is new: "
          + "FOREIGN KEY (p_id) REFERENCES p(id) ON DELETE SET NULL, "
          + "and no index of public.picture leads with its columns"
      ]),
    CauseCase(
      name: "the index of a foreign key is gone", query: delete,
      setup: "ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE",
      change: "DROP INDEX c_p_idx",
      causes: [
        "index c_p_idx of public.c is gone: btree (p_id)",
        "no index of public.c leads with the columns of its foreign key c_p_id_fkey any more (was c_p_idx): "
          + "FOREIGN KEY (p_id) REFERENCES p(id) ON DELETE CASCADE",
      ]),
    CauseCase(
      name: "the index of a foreign key two cascades away is gone", query: delete,
      setup: """
        ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE;
        CREATE TABLE g (id bigint PRIMARY KEY, c_id bigint REFERENCES c (id) ON DELETE CASCADE);
        CREATE INDEX g_c_idx ON g (c_id)
        """,
      change: "DROP INDEX g_c_idx",
      causes: [
        "index g_c_idx of public.g is gone: btree (c_id)",
        "no index of public.g leads with the columns of its foreign key g_c_id_fkey any more (was g_c_idx): "
          + "FOREIGN KEY (c_id) REFERENCES c(id) ON DELETE CASCADE",
      ]),
    CauseCase(
      name: "a new trigger", query: update,
      change: "CREATE TRIGGER noted BEFORE UPDATE ON p FOR EACH ROW EXECUTE FUNCTION note_change()",
      causes: [
        "trigger noted of public.p is new: BEFORE UPDATE ON public.p FOR EACH ROW EXECUTE FUNCTION note_change()"
      ]),
    CauseCase(
      name: "the function of a trigger", query: update,
      setup: "CREATE TRIGGER noted BEFORE UPDATE ON p FOR EACH ROW EXECUTE FUNCTION note_change()",
      change: """
        CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.weight := (SELECT count(*) FROM u); RETURN NEW; END $$
        """,
      causes: ["function public.note_change(): body changed"]),
    CauseCase(
      name: "the function of a trigger is none of a query that reads", query: byCode,
      setup: "CREATE TRIGGER noted BEFORE UPDATE ON p FOR EACH ROW EXECUTE FUNCTION note_change()",
      change: """
        CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$
        """,
      causes: []),
  ]

  // MARK: Texts

  static let texts = [
    CauseCase(
      name: "a function around a column", query: byCode, text: "SELECT id FROM p WHERE lower(code) = 'c77'",
      causes: [
        "the query's text changed: public.p has the condition (lower((p.code)::text) = 'c77'::text), "
          + "was ((p.code)::text = 'c77'::text)"
      ]),
    CauseCase(
      name: "a condition that the planner puts elsewhere did not change",
      query: "SELECT p.id FROM p JOIN c ON c.p_id = p.id WHERE p.code < 'c2' AND c.note <> 'x'",
      text: "SELECT p.id FROM p JOIN c ON c.p_id = p.id WHERE p.code < 'c2' AND c.note <> 'x' ORDER BY p.weight",
      causes: [
        "the query's text changed", "the order no longer comes from an index: the rows are sorted by p.weight",
      ], not: ["condition"]),
    CauseCase(
      name: "the order no longer comes from an index", query: "SELECT id FROM p ORDER BY id LIMIT 10",
      text: "SELECT id FROM p ORDER BY weight, id LIMIT 10",
      causes: [
        "the query's text changed", "the order no longer comes from an index: the rows are sorted by p.weight, p.id",
      ]),
    CauseCase(
      name: "a CTE that is materialized", query: "WITH w AS (SELECT * FROM p) SELECT id FROM w WHERE code = 'c77'",
      text: "WITH w AS MATERIALIZED (SELECT * FROM p) SELECT id FROM w WHERE code = 'c77'",
      causes: ["the query's text changed", "the CTE w is now materialized"]),
    CauseCase(
      name: "an OFFSET", query: "SELECT id FROM p ORDER BY id LIMIT 10",
      text: "SELECT id FROM p ORDER BY id LIMIT 10 OFFSET 10000",
      causes: ["the query's text changed", "OFFSET: 10,000 rows are read and skipped"]),
    CauseCase(
      name: "a window function below the LIMIT", query: "SELECT id FROM p ORDER BY id LIMIT 10",
      text: "SELECT id, count(*) OVER () FROM p ORDER BY id LIMIT 10",
      causes: ["the query's text changed", "a window function reads all rows before the LIMIT"]),
    CauseCase(
      name: "a condition that another text and another type changed", query: "SELECT id FROM c WHERE p_id = 77",
      change: "DROP INDEX c_p_idx; ALTER TABLE c ALTER COLUMN p_id TYPE text",
      text: "SELECT id FROM c WHERE p_id::bigint = 77",
      causes: [
        "public.c.p_id is now text, was bigint", "index c_p_idx of public.c is gone: btree (p_id)",
        "the query's text changed: public.c has the condition ((c.p_id)::bigint = 77), was (c.p_id = 77)",
      ]),
    CauseCase(
      name: "a sub-select that is no longer hashed",
      query: "SELECT count(*) FROM p WHERE id < 50 AND id NOT IN (SELECT p_id FROM c)",
      text: "SELECT count(*) FROM p WHERE id < 50 AND id NOT IN (SELECT p_id FROM c WHERE c.id <> p.weight)",
      causes: [
        "the query's text changed: public.c (in SubPlan 1) has the condition (c.id <> p.weight), which is new",
        "a sub-select is no longer hashed: it runs once per row",
      ]),
    CauseCase(
      name: "DISTINCT", query: "SELECT id FROM p ORDER BY id LIMIT 10",
      text: "SELECT DISTINCT id, name FROM p ORDER BY id LIMIT 10",
      causes: ["the query's text changed"], not: ["condition"]),
    CauseCase(
      name: "an index that is gone is no change of a condition", query: byCode, change: "DROP INDEX p_code_idx",
      causes: ["index p_code_idx of public.p is gone: btree (code)"], not: ["condition"]),
    CauseCase(
      name: "the predicate of a partial index is no change of a condition",
      query: "SELECT id FROM p WHERE weight = 7 AND state = 'deleted'",
      setup: "CREATE INDEX p_deleted_idx ON p (weight) WHERE state = 'deleted'", change: "DROP INDEX p_deleted_idx",
      causes: ["index p_deleted_idx of public.p is gone: btree (weight) WHERE (state = 'deleted'::text)"],
      not: ["condition"]),
    CauseCase(
      name: "a wider predicate of a partial index is no change of a condition",
      query: "SELECT id FROM p WHERE weight > 47 AND code = 'c149'",
      setup: "CREATE INDEX p_heavy_idx ON p (code) WHERE weight > 45",
      text: "SELECT id FROM p WHERE weight > 48 AND code = 'c149'",
      causes: ["the query's text changed: public.p has the condition (p.weight > 48), was (p.weight > 47)"]),
    CauseCase(
      name: "the predicate of a partial index was in no condition",
      query: "SELECT id FROM p WHERE weight > 45 AND code = 'c149'",
      setup: "DROP INDEX p_code_idx; CREATE INDEX p_heavy_idx ON p (code) WHERE weight > 45",
      text: "SELECT id FROM p WHERE weight > 44 AND code = 'c149'",
      causes: ["the query's text changed: public.p has the condition (p.weight > 44), was (weight > 45)"]),
    CauseCase(
      name: "a sub-select that another one follows is no change of a condition",
      query: "SELECT id FROM p WHERE weight > (SELECT avg(weight) FROM p)",
      text: "SELECT id, (SELECT max(id) FROM c) FROM p WHERE weight > (SELECT avg(weight) FROM p)",
      causes: ["the query's text changed", "the query now reads public.c"], not: ["condition"]),
    CauseCase(
      name: "a prefix that an index finds as a range is no change of a condition",
      query: "SELECT id FROM c WHERE note LIKE 'note 77%'",
      setup: "CREATE INDEX c_note_idx ON c (note text_pattern_ops)", change: "DROP INDEX c_note_idx",
      causes: ["index c_note_idx of public.c is gone: btree (note text_pattern_ops)"], not: ["condition"]),
    CauseCase(
      name: "another order of joins is no change of a condition",
      query: "SELECT count(*) FROM p JOIN c ON c.p_id = p.id JOIN u ON u.id = c.p_id WHERE u.label = 'label 7'",
      setup: "CREATE INDEX u_label_idx ON u (label)", change: "DROP INDEX c_p_idx; DROP INDEX u_label_idx",
      causes: [], not: ["condition"]),
  ]
}

extension CauseCase {
  static let byNumber = "SELECT id FROM p WHERE id = $1"

  /// Their types are inferred from what stands beside them.
  fileprivate static let parameters = [
    CauseCase(
      name: "the type of a parameter follows its column", query: "SELECT id FROM c WHERE p_id = $1",
      change: "ALTER TABLE c ALTER COLUMN p_id TYPE numeric", parameters: ["77"],
      causes: ["public.c.p_id is now numeric, was bigint", "the type of $1 changed: bigint -> numeric"]),
    CauseCase(
      name: "the type of a parameter follows the function that it is given to",
      query: "SELECT id FROM p WHERE name = $2 AND code = named_code($1)",
      setup: "CREATE FUNCTION named_code(n bigint) RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'c' || n $$",
      change: """
        DROP FUNCTION named_code(bigint);
        CREATE FUNCTION named_code(n integer) RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'c' || n $$
        """, parameters: ["77", "name 77"],
      causes: [
        "function public.named_code(bigint) is gone, or no longer named by the query",
        "the type of $1 changed: bigint -> integer",
        "function public.named_code(integer) is new, or newly named by the query",
      ], not: ["$2"]),
    CauseCase(
      name: "a parameter with a cast that keeps the index from being used", query: byNumber,
      text: "SELECT id FROM p WHERE id = $1::numeric", parameters: ["77"],
      causes: [
        "the query's text changed: public.p has the condition ((p.id)::numeric = '77'::numeric), "
          + "was (p.id = '77'::bigint)",
        "the type of $1 changed: bigint -> numeric",
      ]),
    CauseCase(
      name: "the same of a generic plan", query: byNumber, text: "SELECT id FROM p WHERE id = $1::numeric",
      parameters: ["77"], isGeneric: true,
      causes: [
        "the query's text changed: public.p has the condition ((p.id)::numeric = $1), was (p.id = $1)",
        "the type of $1 changed: bigint -> numeric",
      ]),
    CauseCase(
      name: "a parameter of the same type is no cause", query: "SELECT id FROM p WHERE code = $1",
      change: "DROP INDEX p_code_idx", parameters: ["c77"],
      causes: ["index p_code_idx of public.p is gone: btree (code)"], not: ["the type of"]),
  ]
}

@Suite struct CauseTests {
  @Test(arguments: CauseCase.all)
  func `a change is reported as the cause`(item: CauseCase) throws {
    try CorpusWorker.with("Causes") { worker in
      let outcome = try worker.outcome(of: item)
      let causes = (outcome.comparison?.causes(of: outcome.findings) ?? []).map(\.text)
      #expect(Array(causes.prefix(item.causes.count)) == item.causes, "\(item.name): \(causes)")
      if item.causes.isEmpty && item.not.isEmpty { #expect(causes.isEmpty, "\(item.name): \(causes)") }
      for word in item.not { #expect(!causes.contains { $0.contains(word) }, "\(item.name): \(word) in \(causes)") }
    }
  }
}
