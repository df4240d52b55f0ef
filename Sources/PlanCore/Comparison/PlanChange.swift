/// One change in the shape of a plan.
///
/// `text` is its sentence.
package enum PlanChange: Hashable, Sendable {
  /// A scan by another way: `Index Scan using orders_customer_idx` and `Seq Scan`, of `orders o`.
  case access(scan: String, before: String, now: String)
  case noLongerRead(scan: String, before: String)
  case newlyRead(scan: String, now: String)
  /// Relations that were joined with each other first and are not any more, as `{o, c}`.
  case joinOrder(String)
  case joinMethod(String, before: String, now: String)
  case innerSide(join: String, before: String, now: String)
  /// How often the plan has a node that neither scans nor joins.
  case nodeCount(String, before: Int, now: Int)
  /// None of the others describes it.
  case shape

  /// One line, without a final full stop.
  package var text: String {
    switch self {
    case .access(let scan, let before, let now): "\(scan): \(before) -> \(now)"
    case .noLongerRead(let scan, let before): "\(scan): no longer read (was \(before))"
    case .newlyRead(let scan, let now): "\(scan): now read by \(now)"
    case .joinOrder(let aliases): "join order: \(aliases) is no longer joined first"
    case .joinMethod(let aliases, let before, let now): "join \(aliases): \(before) -> \(now)"
    case .innerSide(let join, let before, let now): "join \(join): the inner side is \(now), was \(before)"
    case .nodeCount(let node, 0, _): "\(node): new"
    case .nodeCount(let node, _, 0): "\(node): gone"
    case .nodeCount(let node, let before, let now): "\(node): \(before) -> \(now)"
    case .shape: "the plan's shape changed"
    }
  }
}
