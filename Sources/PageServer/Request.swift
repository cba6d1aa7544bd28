import Foundation

/// The head of an HTTP request, as far as a server of pages needs it.
struct Request: Equatable {
    /// `GET` or `HEAD`, if the request is one that is answered.
    let method: String
    /// The path, without the query.
    let path: String

    /// Longest head that is read; browsers stay far below.
    static let maxHeadBytes = 16 << 10

    /// Why a request is not answered with a page.
    enum Refusal: Error {
        case foreignHost
        case malformed
        case otherMethod

        var page: Page {
            switch self {
            case .foreignHost: .text("this server answers to localhost only\n", status: 403)
            case .malformed: .text("not an HTTP request\n", status: 400)
            case .otherMethod: .text("pages can only be read\n", status: 405)
            }
        }
    }

    /// Takes a head apart.
    ///
    /// The `Host` must be this machine's own: a page of another site could otherwise read this
    /// server through a name that it lets point here.
    init(parsing head: String) throws(Refusal) {
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[1].hasPrefix("/"), words[2].hasPrefix("HTTP/1.") else {
            throw .malformed
        }
        guard words[0] == "GET" || words[0] == "HEAD" else { throw .otherMethod }
        let hosts = lines.dropFirst().compactMap(Self.host)
        // RFC 9112, 3.2: there is one, and it names nobody's account.
        guard !hosts.contains(where: { $0.contains("@") }) else { throw .malformed }
        guard hosts.count == 1, Self.isOwn(hosts[0]) else { throw .foreignHost }
        method = String(words[0])
        path = String(words[1].prefix { $0 != "?" && $0 != "#" })
    }

    /// Whether a host is this machine, with or without a port.
    private static func isOwn(_ host: String) -> Bool {
        let parts = host.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard ["127.0.0.1", "localhost"].contains(parts[0]) else { return false }
        return parts.count == 1 || UInt16(parts[1]) != nil
    }

    /// The value of a `Host` header.
    private static func host(_ line: Substring) -> String? {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "host" else { return nil }
        return parts[1].trimmingCharacters(in: .whitespaces).lowercased()
    }
}
