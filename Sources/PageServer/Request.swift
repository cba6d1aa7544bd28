import Foundation

/// An HTTP request, as far as a page server needs it.
struct Request: Equatable {
    /// The path, without the query.
    let path: String

    /// Why a request is not answered with a page.
    enum Refusal: Error {
        case foreignHost
        case malformed
        case otherMethod

        var page: Page {
            switch self {
            case .foreignHost: .text("this server answers to localhost only\n", status: 403)
            case .malformed: .text("not an HTTP request\n", status: 400)
            case .otherMethod: .text("only GET and HEAD are supported\n", status: 405)
            }
        }
    }

    /// Checks a request.
    ///
    /// The `Host` must be this machine: otherwise a page of another site could read this server through a
    /// domain name that resolves to it (DNS rebinding).
    ///
    /// - Parameters:
    ///   - target: The request target as sent.
    ///   - hosts: Values of all `Host` headers.
    init(method: String, target: String, version: String, hosts: [String]) throws(Refusal) {
        guard target.hasPrefix("/"), version.hasPrefix("HTTP/1.") else { throw .malformed }
        guard method == "GET" || method == "HEAD" else { throw .otherMethod }
        let hosts = hosts.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        // RFC 9112, 3.2: there is exactly one, without user information.
        guard !hosts.contains(where: { $0.contains("@") }) else { throw .malformed }
        guard hosts.count == 1, Self.isOwn(hosts[0]) else { throw .foreignHost }
        path = String(target.prefix { $0 != "?" && $0 != "#" })
    }

    /// Whether a host is this machine, with or without a port.
    private static func isOwn(_ host: String) -> Bool {
        let parts = host.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard ["127.0.0.1", "localhost"].contains(parts[0]) else { return false }
        return parts.count == 1 || UInt16(parts[1]) != nil
    }
}
