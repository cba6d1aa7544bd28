/// What keeps pages from being served.
public enum PageServerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another program listens on the port.
    case portTaken(UInt16)
    /// The system refused a call.
    case system(operation: String, reason: String)

    /// One sentence that says what is wrong and what to do.
    public var description: String {
        switch self {
        case .portTaken(let port):
            "another program listens on port \(port): choose another --port, or 0 for a free one"
        case .system(let operation, let reason):
            "pages cannot be served: \(operation) failed (\(reason))"
        }
    }
}
