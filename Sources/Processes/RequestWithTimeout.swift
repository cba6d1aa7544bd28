import Foundation
import Torch

/// A request on its own thread with a timeout: LibTorch's own timeouts do not apply if the other side stops
/// responding. The thread is then abandoned.
///
/// `@unchecked` is sound because the body runs once, and its result is passed on under a lock.
final class RequestWithTimeout<Value>: @unchecked Sendable {
    private let body: () throws(TorchError) -> Value
    private let lock = NSLock()
    private let isDone = DispatchSemaphore(value: 0)
    private var result: Result<Value, TorchError>?

    init(_ body: @escaping () throws(TorchError) -> Value) { self.body = body }

    /// The result of the body.
    ///
    /// - Parameter operation: The operation, for the message.
    /// - Throws: Errors of the body, and `TorchError.libTorch` if there is no result within the limit.
    func value(_ operation: String, within limit: Duration) throws(TorchError) -> Value {
        DispatchQueue.global().async { self.run() }
        guard let result = wait(limit) else {
            throw .libTorch(
                operation: operation, message: "no answer within \(limit.components.seconds) s")
        }
        return try result.get()
    }

    private func run() {
        let result: Result<Value, TorchError>
        do throws(TorchError) { result = .success(try body()) } catch { result = .failure(error) }
        lock.withLock { self.result = result }
        isDone.signal()
    }

    private func wait(_ limit: Duration) -> Result<Value, TorchError>? {
        let started = ContinuousClock.now
        awaitSignal(limit)
        // A process that was suspended meanwhile has not waited: the answer may be there to be read.
        if started.duration(to: .now) > limit + .seconds(2), found() == nil {
            awaitSignal(.seconds(5))
        }
        return found()
    }

    private func found() -> Result<Value, TorchError>? { lock.withLock { result } }

    /// Waits for a result or the limit. A wait with a limit goes by the date, which somebody may set; a timer does not.
    private func awaitSignal(_ limit: Duration) {
        let alarm = DispatchWorkItem { [isDone] in isDone.signal() }
        DispatchQueue.global().asyncAfter(deadline: .now() + limit / .seconds(1), execute: alarm)
        isDone.wait()
        alarm.cancel()
    }
}
