import PlanCore

extension Manifest {
  /// The queries as the judge needs them.
  func policies(of queries: [Query]) -> Policies {
    let names = Dictionary(self.queries.map { ($0.name, $0.cases.map(\.name)) }) { first, _ in first }
    let positions = casePositions
    return Policies(
      manifest: path,
      queries: queries.map { query in
        var listed = ListedQuery(
          name: query.name, policy: query.policy,
          cases: query.cases.map { item in
            ListedCase(name: item.name, parameters: item.bound, position: positions[query.id(of: item)])
          })
        listed.allNames = names[query.name] ?? listed.allNames
        listed.sql = query.statement.text
        listed.place = Place(file: query.statement.file, line: query.statement.firstLine)
        listed.manifestLine = query.manifestLine
        return listed
      })
  }

  /// The number of each case among all of them, from 1.
  private var casePositions: [CaseID: Int] {
    let ids = queries.flatMap { query in query.cases.map(query.id) }
    return Dictionary(ids.enumerated().map { ($1, $0 + 1) }) { first, _ in first }
  }
}
