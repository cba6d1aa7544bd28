public import Foundation

/// A response to a request.
public struct Page: Sendable, Hashable {
    /// HTTP status code, e.g. 200.
    public var status: Int
    /// Media type of the body.
    public var type: String
    /// Bytes of the response.
    public var body: Data

    /// Memberwise initialiser.
    public init(status: Int = 200, type: String, body: Data) {
        self.status = status
        self.type = type
        self.body = body
    }

    /// A page of text in UTF-8.
    public static func text(_ text: String, type: String = "text/plain", status: Int = 200) -> Page
    {
        Page(status: status, type: "\(type); charset=utf-8", body: Data(text.utf8))
    }

    /// A page without a body.
    public static let empty = Page(status: 204, type: "text/plain", body: Data())

    /// The headers of the response, besides those that the protocol requires.
    var headers: [(name: String, value: String)] {
        [
            ("Content-Type", type), ("Cache-Control", "no-store"), ("Connection", "close"),
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
            // Prevents pages from loading anything from elsewhere.
            (
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; connect-src 'self'; "
                    + "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
                    + "form-action 'none'; frame-ancestors 'none'"
            ),
        ]
    }
}
