import PlanCore
import Postgres

extension CaseRunner {
  /// The types of a query's parameters, as the server infers them.
  ///
  /// - Throws: what the server has against the statement.
  func parameters(of query: Query) throws(ServerError) -> [TypedParameter] {
    let scanned = query.statement.scanned
    return try inTransaction(of: query, [], sendsCounts: false) { () throws(ServerError) in
      let prefix = "PREPARE \(CaseRunner.name)\(try types(of: query, scanned).list) AS\n"
      do throws(ServerError) { try connection.execute(prefix + scanned.sql) } catch { throw error.moved(by: prefix) }
      let rows = try connection.execute(CaseRunner.namesOfTypes, [CaseRunner.name]).rows
      return zip(scanned.parameterNames, rows).map { TypedParameter(name: $0, type: $1[1]) }
    }
  }

  /// Why a case has not the values that its query needs, with what to write into the manifest.
  func explain(_ error: ParameterError, _ query: Query, _ scanned: SQLScanner) throws(ServerError) -> String {
    guard !error.missing.isEmpty, query.statement.advice.placeholder == nil else {
      return query.statement.mismatch(error)
    }
    var known: [TypedParameter] = []
    var problem: String?
    do throws(ServerError) { known = try parameters(of: query) } catch {
      if error.isConnectionLost || error.lacksResources { throw error }
      // The text is wrong as well: both are said at once.
      problem = query.statement.error(error, scanned).description
    }
    let missing = error.missing.map { name in known.first { $0.name == name } ?? TypedParameter(name: name) }
    var lines = [error.message]
    let values = missing.map { (name: $0.name, value: $0.placeholder) }
    if error.missing.count == scanned.parameterNames.count {
      lines += [
        "\(query.entryPlace):", query.entry(withValues: values),
        "plangate params \(query.name) proposes values from the seeded rows",
      ]
    } else if scanned.names.isEmpty {
      lines.append("the missing values are " + values.map { "\($0.name) \($0.value)" }.joined(separator: ", "))
    } else {
      lines.append("add " + values.map { "\($0.name.dropFirst()): \($0.value)" }.joined(separator: ", "))
    }
    return ([problem].compactMap(\.self) + lines).joined(separator: "\n")
  }
}

extension SQLScanner {
  /// The parameters, `$1` or `:name`, in the order of their numbers.
  var parameterNames: [String] {
    names.isEmpty ? (0..<positionalCount).map { "$\($0 + 1)" } : names.map { ":\($0)" }
  }
}
