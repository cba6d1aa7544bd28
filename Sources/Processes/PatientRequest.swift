import Foundation
import Torch

/// A request on a thread of its own, which is waited for no longer than a limit: where the other side says nothing any
/// more, LibTorch's own limits do not count, and the thread is left behind.
///
/// Sound to be shared because the body runs once, and what it gives is handed over under a lock.
final class PatientRequest<Value>: @unchecked Sendable {
    private let body: () throws(TorchError) -> Value
    private let condition = NSCondition()
    private var result: Result<Value, TorchError>?

    init(_ body: @escaping () throws(TorchError) -> Value) { self.body = body }

    /// What the body gives.
    ///
    /// - Parameter operation: What is done, for the message.
    /// - Throws: What the body throws, and `TorchError.libTorch` where nothing comes within the limit.
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
        condition.lock()
        defer { condition.unlock() }
        self.result = result
        condition.signal()
    }

    private func wait(_ limit: Duration) -> Result<Value, TorchError>? {
        let end = Date(timeIntervalSinceNow: limit / .seconds(1))
        condition.lock()
        defer { condition.unlock() }
        while result == nil, condition.wait(until: end) {}
        return result
    }
}
