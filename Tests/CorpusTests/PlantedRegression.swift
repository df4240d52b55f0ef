import PlanCore
import Testing

/// A change that makes a plan worse, with what plangate must report, and a harmless change in the same place.
///
/// The change is made to the database of `Corpus`, to a query or to its session. The expectations come from PostgreSQL:
/// each was observed in EXPLAIN (ANALYZE, BUFFERS, VERBOSE) before and after, on a database that was vacuumed and
/// analyzed in full, as plangate does it. The comment beside each gives the observation on 15; the figures of later
/// majors differ slightly.
///
/// A new one goes into the file of its rule under `Regressions`; a new file is listed in `all`.
struct PlantedRegression: Sendable {
  enum Change: Sendable {
    /// SQL that a superuser runs on a clone of the seeded database, followed by VACUUM and ANALYZE.
    ///
    /// A VACUUM is separate; everything else can run in one transaction.
    case sql(String)
    /// A text to replace in the query.
    case text(String)
    /// A setting of the session, replaced or added.
    case setting(String, String)
  }

  /// A name in plain words.
  let name: String
  /// The query as in the manifest, with the case if there are several: `query@case`.
  let query: String
  let change: Change
  /// The rule that must fire.
  let rule: String
  /// The severity of its finding: `fail` or `warn`.
  let severity: String
  /// The relation that the finding must name, `schema.relation`; nil for a join or a whole plan.
  let relation: String?
  /// A text that one of the causes must contain.
  ///
  /// Nil if only rows and their order changed, and no fact of a definition, the query's text or its session.
  let cause: String?
  /// A line of the finding's fix, such as a whole statement; nil if the fix is not tested.
  var fix: String? = nil
  /// The expected verdict of the case; nil for `regressed` if the finding fails, and for any if it warns.
  var verdict: Verdict? = nil
  /// A harmless change: no case of the corpus may fail after it.
  let twin: Change
  /// The server majors on which this is a regression; nil for all.
  var majors: [ServerMajor]? = nil
}

extension PlantedRegression: CustomTestStringConvertible {
  var testDescription: String { name }

  static let all: [PlantedRegression] =
    seqScan
    + rowEstimate
    + newSeqScan
    + cost
    + indexCondLost
    + buffers
    + sortSpill
    + hashSpill
    + rowsRemoved
    + nestedLoop
    + subplanPerRow
    + partitionPruning
    + indexOnlyHeapFetches
    + lossyBitmap
    + indexChanged
    + joinChanged
    + jit
    + parallelism
    + planChanged
}
