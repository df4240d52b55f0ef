/// Which relations the nodes of a plan read, each relation with all below a node, known by a digest: two sets are equal
/// when their digests are.
///
/// A plan of thousands of nodes has as many sets, and the sets themselves would be most of its size.
struct RelationSet: Hashable, Sendable {
  private var count = 0
  private var first = 0
  private var second = 0

  /// A relation as the query names it.
  struct Member: Hashable {
    fileprivate let first: Int
    fileprivate let second: Int

    init(_ name: String) {
      func hash(_ salt: UInt8) -> Int {
        var hasher = Hasher()
        hasher.combine(salt)
        hasher.combine(name)
        return hasher.finalize()
      }
      (first, second) = (hash(1), hash(2))
    }
  }

  fileprivate mutating func add(_ member: Member) {
    count += 1
    // The order in which they come is no part of the set.
    first &+= member.first
    second &+= member.second
  }
}

/// The relation sets of all nodes of a plan, in EXPLAIN's order.
struct RelationSets {
  private(set) var sets: [RelationSet] = []

  private struct Growing {
    var members: Set<RelationSet.Member> = []
    var set = RelationSet()

    mutating func add(_ member: RelationSet.Member) {
      if members.insert(member).inserted { set.add(member) }
    }

    /// The smaller of the two moves, so that all sets of a plan together take n log n steps.
    mutating func join(_ other: consuming Growing) {
      if other.members.count > members.count { swap(&self, &other) }
      for member in other.members { add(member) }
    }
  }

  /// - Parameter scans: those of the plan, in EXPLAIN's order.
  init(_ root: PlanNode, scans: [Scan]) {
    var next = 0
    _ = visit(root, [], scans, &next)
  }

  /// Partitions count as their root, and subplans do not count for the node that holds them.
  private mutating func visit(_ node: PlanNode, _ path: NodePath, _ scans: [Scan], _ next: inout Int) -> Growing {
    let position = sets.count
    sets.append(RelationSet())
    var growing = Growing()
    if next < scans.count, scans[next].path == path {
      growing.add(RelationSet.Member(scans[next].nameInSets))
      next += 1
    }
    for (index, child) in node.children.enumerated() {
      let below = visit(child, path + [index], scans, &next)
      if !child.isSubplan { growing.join(below) }
    }
    sets[position] = growing.set
    return growing
  }
}

extension Scan {
  fileprivate var nameInSets: String {
    let scopes = identity.scopes.map { $0.kind.description }.joined(separator: "/")
    return "\(scopes):\(identity.root ?? identity.relation) \(identity.baseAlias)"
  }
}
