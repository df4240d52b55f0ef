import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Synchronization

/// Calls `body` for each index below `count` on `workers` threads and returns when all calls are done.
///
/// Each worker takes the next index when it becomes free.
///
/// - Parameter body: gets the value that `makeWorker` made on the same thread.
package func concurrently<Worker>(
  _ count: Int, workers: Int, _ makeWorker: @escaping @Sendable () -> Worker,
  _ body: @escaping @Sendable (Int, inout Worker) -> Void
) {
  let next = Atomic(0)
  func work() {
    var worker = makeWorker()
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body(index, &worker)
    }
  }
  // The calling thread is one of the workers; if threads cannot be created, it does their work.
  let others = (1..<max(1, min(workers, count))).compactMap { _ in SystemThread { work() } }
  work()
  for thread in others { thread.join() }
}

/// The number of threads for the many small files of a cluster; most of the time goes to kernel work per file.
package let fileWorkers = min(4, ProcessInfo.processInfo.activeProcessorCount)

/// Applies `body` to each element on one thread per processor and returns the results in order.
package func concurrentMap<Element: Sendable, Result: Sendable>(
  _ elements: [Element], _ body: @escaping @Sendable (Element) -> Result
) -> [Result] {
  let results = Mutex([Result?](repeating: nil, count: elements.count))
  concurrently(elements.count, workers: ProcessInfo.processInfo.activeProcessorCount, { () }) { index, _ in
    let result = body(elements[index])
    results.withLock { $0[index] = result }
  }
  return results.withLock { $0.compactMap(\.self) }
}

/// A value computed on its own thread while other work goes on.
package final class Background<Value: Sendable>: Sendable {
  private let body: @Sendable () -> Value
  private let result = Mutex<Value?>(nil)

  package init(_ body: @escaping @Sendable () -> Value) {
    self.body = body
    SystemThread { [self] in _ = value }?.detach()
  }

  /// The value, once computed.
  ///
  /// A caller that comes before the thread does its work.
  package var value: Value {
    result.withLock { result in
      if let result { return result }
      let value = body()
      result = value
      return value
    }
  }
}

/// A thread to be joined or detached.
package struct SystemThread: @unchecked Sendable {
  private let handle: pthread_t

  /// Nil when the system has no more threads.
  package init?(_ body: @escaping () -> Void) {
    final class Box {
      let body: () -> Void
      init(_ body: @escaping () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    #if canImport(Darwin)
      var handle: pthread_t?
      let error = pthread_create(
        &handle, nil,
        { pointer in
          Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body()
          return nil
        }, box.toOpaque())
    #else
      var handle = pthread_t()
      let error = pthread_create(
        &handle, nil,
        { pointer in
          if let pointer { Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body() }
          return nil
        }, box.toOpaque())
    #endif
    guard error == 0 else {
      box.release()
      return nil
    }
    #if canImport(Darwin)
      guard let handle else { return nil }
    #endif
    self.handle = handle
  }

  package func join() { pthread_join(handle, nil) }

  package func detach() { pthread_detach(handle) }
}
