import CTorch
import Foundation

/// Returns the first line of a status's message, and frees the status.
private func takeMessage(_ status: ct_status) -> String {
    let text = unsafe status.message.map { unsafe String(cString: $0) } ?? ""
    ct_status_free(status)
    return text.split(separator: "\n").first.map(String.init) ?? "no message"
}

/// Throws the error of a status: for failures that a user's file, flag or machine can cause.
func requireSuccess(_ status: ct_status, _ operation: String) throws(TorchError) {
    switch status.kind {
    case CT_OK: return
    case CT_OUT_OF_MEMORY:
        throw .outOfMemory(operation: operation, message: takeMessage(status))
    default: throw .libTorch(operation: operation, message: takeMessage(status))
    }
}

/// Stops the program on a failure that only a programming error can cause, or if memory runs out in
/// the middle of a computation.
func expectSuccess(_ status: ct_status, _ operation: StaticString) {
    guard status.kind != CT_OK else { return }
    let isOutOfMemory = status.kind == CT_OUT_OF_MEMORY
    let message = takeMessage(status)
    if let recording = Recording.current {
        recording.note(.libTorch(operation: "\(operation)", message: message))
        return
    }
    if isOutOfMemory {
        OutOfMemory.tell(.outOfMemory(operation: "\(operation)", message: message))
    }
    fatalError("\(operation): \(message)")
}

/// The handler for running out of memory in operations that cannot throw.
enum OutOfMemory {
    private static let lock = NSLock()
    // Sound because it is accessed only while `lock` is held.
    nonisolated(unsafe) private static var handler: (@Sendable (TorchError) -> Void)?

    static func setHandler(_ new: (@Sendable (TorchError) -> Void)?) {
        lock.withLock { unsafe handler = new }
    }

    static func tell(_ error: TorchError) {
        let current = lock.withLock { unsafe handler }
        current?(error)
    }
}
