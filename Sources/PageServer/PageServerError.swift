/// Errors of serving pages.
public enum PageServerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another program listens on the port.
    case portTaken(UInt16)
    /// The system refused a call.
    case system(operation: String, reason: String)

    /// One sentence that says what is wrong and what to do.
    public var description: String {
        switch self {
        case .portTaken(let port):
            "port \(port) is already in use; choose another --port, or 0 for a free one"
        case .system(let operation, let reason):
            "cannot serve pages: \(operation) failed: \(reason)"
        }
    }
}
