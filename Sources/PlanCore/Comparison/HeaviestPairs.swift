/// Pairs of positions in two sequences, in the order of both, whose weights have the largest sum.
///
/// With a weight of 1 for equal elements, this is their longest common subsequence.
///
/// Takes time and memory by the product of the two lengths.
///
/// - Parameter weigh: 0 for what is no pair.
package func heaviestPairs(_ rows: Int, _ columns: Int, _ weigh: (Int, Int) -> Int) -> [(Int, Int)] {
  let width = columns + 1
  // best[row * width + column] is the largest sum of what begins there.
  var best = [Int](repeating: 0, count: (rows + 1) * width)
  var weights = [Int](repeating: 0, count: rows * columns)
  for row in (0..<rows).reversed() {
    for column in (0..<columns).reversed() {
      let weight = weigh(row, column)
      weights[row * columns + column] = weight
      let skipped = max(best[(row + 1) * width + column], best[row * width + column + 1])
      let taken = weight > 0 ? weight + best[(row + 1) * width + column + 1] : 0
      best[row * width + column] = max(skipped, taken)
    }
  }
  var pairs: [(Int, Int)] = []
  var (row, column) = (0, 0)
  while row < rows, column < columns {
    let weight = weights[row * columns + column]
    let here = best[row * width + column]
    if weight > 0, here == weight + best[(row + 1) * width + column + 1] {
      pairs.append((row, column))
      row += 1
      column += 1
    } else if here == best[(row + 1) * width + column] {
      row += 1
    } else {
      column += 1
    }
  }
  return pairs
}
