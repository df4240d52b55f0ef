import PlanCore
import Testing

/// The counts that the pass calls comparable, compared with counts made with the conditions of each scan.
@Suite struct `Row counts against the truth` {
  private func estimates(_ statement: String, _ major: ServerMajor, isGeneric: Bool) throws -> [NodePath: RowEstimate] {
    let plan = try GoldenCorpus.plan(statement, major)
    return Dictionary(
      uniqueKeysWithValues: plan.rowEstimates(serverMajor: major, isGeneric: isGeneric).map { ($0.path, $0) })
  }

  @Test(arguments: GoldenCorpus.majors)
  func `comparable counts are complete, and lower bounds are lower bounds`(major: ServerMajor) throws {
    let truths = try Truth.all(major: major)
    var counts: [RowCount: Int] = [:]
    for (statement, entries) in Dictionary(grouping: truths, by: \.statement) {
      let root = try GoldenCorpus.plan(statement, major).root
      let answer = try #require(GoldenCorpus.plans.first { $0.major == major && $0.name == statement })
      let estimates = try estimates(statement, major, isGeneric: answer.isGeneric)
      for truth in entries {
        let node = root[truth.path]
        #expect(node.relation?.description == truth.relation && node.alias == truth.alias, "\(statement) \(truth.path)")
        let estimate = try #require(estimates[truth.path])
        // An average over loops is rounded; rows shared by workers are summed again, each with its own rounding.
        let perLoop = estimate.executions > 0 ? (node.actual?.loops ?? 0) / estimate.executions : 1
        let slack = node.actual?.loops == 1 ? 0 : (major >= 18 ? 0.005 : 0.5) * perLoop + 1e-6
        counts[estimate.rowCount, default: 0] += 1
        switch estimate.rowCount {
        case .comparable:
          #expect(abs(estimate.actual - truth.rows) <= slack, "\(statement) \(truth.path) \(truth.alias)")
        case .lowerBound:
          #expect(estimate.actual <= truth.rows + slack, "\(statement) \(truth.path) \(truth.alias)")
        case .notJudged: break
        }
      }
    }
    #expect(truths.count >= 220)
    #expect(counts[.comparable, default: 0] >= 140, "\(counts)")
    #expect(counts[.lowerBound, default: 0] >= 20, "\(counts)")
    #expect(counts[.notJudged, default: 0] >= 1, "\(counts)")
  }

  @Test(arguments: GoldenCorpus.majors)
  func `some naive counts are wrong, so the corpus proves something`(major: ServerMajor) throws {
    let wrong = try Truth.all(major: major).filter { truth in
      let actual = try GoldenCorpus.plan(truth.statement, major).root[truth.path].actual
      return actual?.loops == 1 && actual?.rows != truth.rows
    }
    #expect(wrong.count >= 20)
  }

  @Test(arguments: GoldenCorpus.majors)
  func `the input of an unknown limit is not a complete count`(major: ServerMajor) throws {
    let estimates = try estimates("limit-volatile", major, isGeneric: false)
    #expect(estimates[[0]]?.rowCount == .lowerBound)
  }

  @Test(arguments: GoldenCorpus.majors)
  func `a limit that got less than it wanted read its input to the end`(major: ServerMajor) throws {
    #expect(try estimates("limit-runs-dry", major, isGeneric: false)[[0]]?.rowCount == .comparable)
    #expect(try estimates("limit-stops-early", major, isGeneric: false)[[0]]?.rowCount == .lowerBound)
  }

  @Test(arguments: GoldenCorpus.majors)
  func `the limit of a generic plan is a guess`(major: ServerMajor) throws {
    let generic = try estimates("limit-generic-plan", major, isGeneric: true)
    #expect(!generic.isEmpty && generic.values.allSatisfy { $0.rowCount != .comparable })
  }

  @Test(arguments: GoldenCorpus.majors)
  func `a hash table that was empty in some loops makes the other side's count incomplete`(major: ServerMajor) throws {
    let estimates = try estimates("hash-empty-in-some-loops", major, isGeneric: false)
    #expect(estimates[[1, 0, 0]]?.rowCount == .lowerBound)
    // The hashed side itself is read to the end each time it is built.
    #expect(estimates[[0]]?.rowCount == .comparable)
  }
}
