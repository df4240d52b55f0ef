/// The part of a capture that concerns one query: an answer for each of its cases, and the catalog facts that the plans
/// depend on.
///
/// On disk it is the query's baseline.
package struct QueryCapture: Equatable, Sendable {
  package var query: String
  package var serverMajor: ServerMajor
  /// A baseline has the facts of the relations that its plans read; a fresh capture has those of all relations.
  package var facts: CatalogFacts
  package var answers: [CapturedAnswer]
  /// The format of the baseline that this was read from.
  package var format = BaselineFormat.newest

  package init(query: String, serverMajor: ServerMajor, facts: CatalogFacts, answers: [CapturedAnswer]) {
    self.query = query
    self.serverMajor = serverMajor
    self.facts = facts
    self.answers = answers
  }

  /// A capture in which each case has a plan, as a baseline has it.
  package init(query: String, serverMajor: ServerMajor, facts: CatalogFacts, cases: [CapturedCase]) {
    self.init(
      query: query, serverMajor: serverMajor, facts: facts,
      answers: cases.map { CapturedAnswer(name: $0.name, result: .plan($0)) })
  }

  package func answer(named name: String?) -> CapturedAnswer? { answers.first { $0.name == name } }

  /// The cases that ran to their end.
  package var cases: [CapturedCase] {
    answers.compactMap { answer in if case .plan(let captured) = answer.result { captured } else { nil } }
  }

  package func capturedCase(named name: String?) -> CapturedCase? {
    if case .plan(let captured)? = answer(named: name)?.result { captured } else { nil }
  }

  /// The relations that the plans, and those of what runs inside, read or write, and their roots.
  ///
  /// A partition that is only written to is no scan, and is known to the plan's shape as its root.
  var relationsRead: Set<RelationName> { relations(of: cases.flatMap { [$0.plan] + $0.inner.plans }) }

  /// The relations whose facts a comparison of this capture needs: those of all its plans, also of the ones that tell
  /// what an index could serve.
  package var relationsCompared: Set<RelationName> {
    facts.named.union(
      relations(
        of: answers.compactMap(\.result.captured).flatMap {
          [$0.plan] + [$0.planWithoutSeqScans].compactMap(\.self) + $0.inner.plans
        }))
  }

  private func relations(of plans: [Plan]) -> Set<RelationName> {
    var relations: Set<RelationName> = []
    for plan in plans {
      for scan in plan.scans(facts: facts) {
        relations.formUnion([scan.relation, scan.identity.root ?? scan.relation])
      }
      plan.root.forEachNode { node, _ in
        // Before format 2 a baseline has no facts of a table that is only written to.
        if let target = node.relation, facts[target] != nil {
          relations.formUnion([target, facts.root(of: target) ?? target])
        }
      }
    }
    return relations
  }

  /// The columns that conditions of scans name, and the predicates of partial indexes that they go through, by the
  /// relation that has them; a partition's are its root's.
  package var conditionedColumns: [RelationName: Set<String>] {
    var columns: [RelationName: Set<String>] = [:]
    for item in cases {
      for scan in item.plan.scans(facts: facts) where scan.hasCondition {
        guard let relation = facts[scan.relation] else { continue }
        let owner = relation.columns.isEmpty ? scan.identity.root ?? scan.relation : scan.relation
        var words = Set(scan.conditionWords.flatMap { $0.split(separator: ".") })
        for predicate in relation.predicates(of: scan.indexNames) {
          words.formUnion(namesInCondition(predicate).map { $0[...] })
        }
        for column in facts.columns(of: owner) where words.contains(column.name[...]) {
          columns[owner, default: []].insert(column.name)
        }
      }
    }
    return columns
  }

  /// The plans of this capture that could be recorded, with the facts of the relations that they read and of no others.
  ///
  /// - Parameter keepsPlansWithoutSeqScans: whether the baseline needs the plans under `enable_seqscan = off`.
  package func baseline(keepsPlansWithoutSeqScans: Bool) -> QueryCapture {
    var recorded = QueryCapture(query: query, serverMajor: serverMajor, facts: facts, cases: cases)
    let read = recorded.relationsRead
    recorded.facts = facts.restricted(to: read)
    recorded.facts.definitions = [:]
    recorded.facts.named = facts.named.intersection(recorded.facts.relations.keys).subtracting(read)
    recorded.facts.keepShares(of: recorded.conditionedColumns)
    if !recorded.cases.contains(where: { recorded.facts.mayWrite($0.plan) }) {
      recorded.facts.removeWrites()
      for name in recorded.facts.named { recorded.facts.relations[name]?.keepKeys() }
    }
    guard !keepsPlansWithoutSeqScans else { return recorded }
    recorded.answers = recorded.cases.map { captured in
      var captured = captured
      captured.planWithoutSeqScans = nil
      return CapturedAnswer(name: captured.name, result: .plan(captured))
    }
    return recorded
  }
}

extension QueryCapture {
  /// Adds the types of parameters to cases without, from a fresh capture of the same query.
  package mutating func addParameterTypes(of fresh: QueryCapture) {
    answers = answers.map { answer in
      guard case .plan(var captured) = answer.result, captured.parameterTypes == nil else { return answer }
      captured.parameterTypes = fresh.capturedCase(named: answer.name)?.parameterTypes
      var answer = answer
      answer.result = .plan(captured)
      return answer
    }
  }
}

/// The answer of one state of a database for one case.
package struct CapturedAnswer: Equatable, Sendable {
  package enum Result: Equatable, Sendable {
    case plan(CapturedCase)
    /// The case did not end in time; its plan is one without ANALYZE. The message says which limit was reached.
    case timedOut(CapturedCase, message: String)
    /// The case has no plan; the text says why.
    case unchecked(reason: String)

    package var captured: CapturedCase? {
      switch self {
      case .plan(let captured), .timedOut(let captured, _): captured
      case .unchecked: nil
      }
    }

    /// Why the case has no plan of a run to its end; nil when it has one.
    package var problem: String? {
      switch self {
      case .plan: nil
      case .timedOut(_, let message): message
      case .unchecked(let reason): reason
      }
    }
  }

  /// As in `CaseID`.
  package var name: String?
  package var result: Result
  /// How long planning and running took; zero in a baseline.
  package var duration: Duration

  package init(name: String?, result: Result, duration: Duration = .zero) {
    self.name = name
    self.result = result
    self.duration = duration
  }
}

/// One case of a query and its plan.
package struct CapturedCase: Equatable, Sendable {
  /// `typical`, `typical+generic`; nil for the only case of a query without named cases.
  package var name: String?
  /// Planned without the values of the parameters.
  package var isGeneric: Bool
  package var sqlFingerprint: String
  package var parametersFingerprint: String
  /// The types that the server gave the parameters, in the statement's order; nil where they were not recorded, and
  /// without parameters.
  package var parameterTypes: [ParameterType]?
  package var plan: Plan
  /// The plan under `enable_seqscan = off`, without ANALYZE: it shows whether an index could serve a condition.
  ///
  /// Nil when the server was not asked; a baseline has it only for `seq-scan: {require: indexable}`.
  package var planWithoutSeqScans: Plan?
  /// What ran inside.
  package var inner: InnerWork

  /// - Parameters:
  ///   - plan: as EXPLAIN gave it, or from a baseline; it is made canonical.
  ///   - planWithoutSeqScans: likewise.
  package init(
    name: String?, isGeneric: Bool = false, sqlFingerprint: String, parametersFingerprint: String,
    parameterTypes: [ParameterType]? = nil, plan: Plan,
    planWithoutSeqScans: Plan? = nil, inner: InnerWork = InnerWork()
  ) {
    self.name = name
    self.isGeneric = isGeneric
    self.sqlFingerprint = sqlFingerprint
    self.parametersFingerprint = parametersFingerprint
    self.parameterTypes = parameterTypes.flatMap { $0.isEmpty ? nil : $0 }
    self.plan = plan.canonical
    self.planWithoutSeqScans = planWithoutSeqScans?.canonical
    self.inner = inner
  }
}

/// A parameter of a statement and its type, written or inferred.
package struct ParameterType: Hashable, Sendable {
  /// `$1` or `:name`.
  package let name: String
  /// As `format_type` has it, without a length.
  package let type: String

  package init(name: String, type: String) {
    self.name = name
    self.type = type
  }
}

/// A short name for a text: 16 hexadecimal digits, the same on every machine (FNV-1a, 64 bits).
///
/// It shows that a text changed, in a baseline that people read and where two texts of one query are compared. It is no
/// protection against somebody who wants two texts with one fingerprint.
package func fingerprint(_ text: String) -> String {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in text.utf8 {
    hash ^= UInt64(byte)
    hash = hash &* 0x100_0000_01b3
  }
  let digits = String(hash, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
