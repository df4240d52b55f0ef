import Foundation
import Synchronization
import Testing

@testable import OperatingSystem

@Suite struct WorkersTests {
  @Test(arguments: [0, 1, 2, 7, 1000], [0, 1, 2, 8, 64])
  func `each index is visited once for any number of workers`(count: Int, workers: Int) {
    let seen = Mutex<[Int]>([])
    concurrently(count, workers: workers, { () }) { index, _ in seen.withLock { $0.append(index) } }
    #expect(seen.withLock { $0.sorted() } == Array(0..<count))
  }

  @Test func `one worker takes the indices in order, on the calling thread`() {
    let caller = pthread_self()
    let seen = Mutex<[Int]>([])
    concurrently(20, workers: 1, { () }) { index, _ in
      #expect(pthread_equal(pthread_self(), caller) != 0)
      seen.withLock { $0.append(index) }
    }
    #expect(seen.withLock { $0 } == Array(0..<20))
  }

  @Test func `exactly as many calls run at once as there are workers`() {
    struct Counts {
      var now = 0
      var most = 0
      var made = 0
    }
    let counts = Mutex(Counts())
    let everybody = DispatchSemaphore(value: 0)
    concurrently(4, workers: 4, { counts.withLock { $0.made += 1 } }) { _, _ in
      let isLast = counts.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
        return $0.now == 4
      }
      // None continues before all have arrived.
      if isLast { for _ in 0..<4 { everybody.signal() } }
      everybody.wait()
      counts.withLock { $0.now -= 1 }
    }
    #expect(counts.withLock { $0.most } == 4)
    #expect(counts.withLock { $0.made } == 4)
  }

  @Test func `a worker's value stays on its thread`() {
    final class Worker: Sendable {
      let thread = UInt(bitPattern: pthread_self().hashValue)
      let count = Mutex(0)
    }
    let all = Mutex<[Worker]>([])
    let made: @Sendable () -> Worker = {
      let worker = Worker()
      all.withLock { $0.append(worker) }
      return worker
    }
    concurrently(500, workers: 5, made) { _, worker in
      #expect(worker.thread == UInt(bitPattern: pthread_self().hashValue))
      worker.count.withLock { $0 += 1 }
    }
    let workers = all.withLock { $0 }
    #expect((1...5).contains(workers.count))
    #expect(workers.reduce(0) { sum, worker in sum + worker.count.withLock { $0 } } == 500)
  }

  @Test func `a worker can replace its value`() {
    let replaced = Mutex(0)
    concurrently(100, workers: 3, { 0 }) { _, uses in
      uses += 1
      if uses == 10 {
        uses = 0
        replaced.withLock { $0 += 1 }
      }
    }
    #expect((8...10).contains(replaced.withLock { $0 }))
  }

  @Test(arguments: [0, 1, 2, 100]) func `a concurrent map keeps the order`(count: Int) {
    let numbers = Array(0..<count)
    #expect(concurrentMap(numbers) { number in "\(number)" } == numbers.map { "\($0)" })
  }

  @Test func `a background value is computed once for all callers`() {
    let times = Atomic(0)
    let arrivals = DispatchSemaphore(value: 0)
    let value = Background {
      // It takes until all workers ask for it.
      for _ in 0..<4 { arrivals.wait() }
      return times.add(1, ordering: .relaxed).newValue
    }
    let seen = Mutex<[Int]>([])
    concurrently(8, workers: 4, { () }) { _, _ in
      arrivals.signal()
      let value = value.value
      seen.withLock { $0.append(value) }
    }
    #expect(seen.withLock { $0 } == Array(repeating: 1, count: 8))
    #expect(value.value == 1)
  }
}
