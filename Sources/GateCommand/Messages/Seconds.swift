/// The seconds since an instant, to the millisecond.
func seconds(since start: ContinuousClock.Instant) -> String {
  milliseconds((ContinuousClock.now - start) / .seconds(1))
}

/// A number of seconds with three decimals.
func milliseconds(_ seconds: Double) -> String {
  let count = Int((seconds * 1000).rounded())
  let digits = String(count % 1000)
  return "\(count / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
}
