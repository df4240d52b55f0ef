import PlanCore
import Testing

@Suite struct `The q-error` {
  @Test(arguments: [
    (100.0, 100.0, 1.0), (100, 1000, 10), (1000, 100, 10), (1, 0, 1), (0, 0, 1), (0, 1, 1), (0, 5, 5), (0.1, 0.1, 1),
    (20, 0, 20), (20, 0.4, 20), (1, 2, 2), (8.1e21, 1, 8.1e21),
  ])
  func `is the larger of both ratios, each count at least one row`(estimated: Double, actual: Double, value: Double) {
    let qError = QError(estimated: estimated, actual: actual...actual)
    #expect(qError.value == value)
    #expect(qError.isUnderestimate == (max(estimated, 1) < max(actual, 1)))
  }

  @Test(arguments: [
    (10.0, 9.5...10.5, 1.0, false), (9.5, 9.5...10.5, 1, false), (10.5, 9.5...10.5, 1, false),
    (21, 9.5...10.5, 2, false),
    (4.75, 9.5...10.5, 2, true), (1, 0...0.5, 1, false), (1, 0...1.5, 1, false), (3, 0...1.5, 2, false),
    (1, 1.5...2.5, 1.5, true),
  ])
  func `is the smallest one that the rounding allows`(
    estimated: Double, actual: ClosedRange<Double>, value: Double, isUnderestimate: Bool
  ) {
    let qError = QError(estimated: estimated, actual: actual)
    #expect(qError.value == value)
    #expect(qError.isUnderestimate == isUnderestimate)
  }
}
