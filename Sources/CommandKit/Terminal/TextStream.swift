import Foundation

/// A file descriptor for writing text.
struct TextStream: Sendable {
    private let descriptor: Int32
    /// Whether the descriptor is a terminal.
    let isTerminal: Bool
    /// Whether colours are used: on a capable terminal, unless `NO_COLOR` is set.
    let hasColours: Bool

    init(descriptor: Int32, environment: [String: String]) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
        // https://no-color.org: any non-empty value counts.
        let isUnwanted = !(environment["NO_COLOR"] ?? "").isEmpty
        hasColours = isTerminal && !isUnwanted && environment["TERM"] != "dumb"
    }

    /// Columns of the terminal; nil if there is none.
    var width: Int? {
        var size = winsize()
        guard isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// Writes all of a text.
    ///
    /// - Throws: ``ConsoleError/closedOutput`` or ``ConsoleError/unwritableOutput(reason:)``.
    func write(_ text: String) throws(ConsoleError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            let code = errno
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, code != EINTR {
                try handle(code)
            }
        }
    }

    private func handle(_ code: Int32) throws(ConsoleError) {
        switch code {
        case EPIPE, EBADF: throw ConsoleError.closedOutput
        case EAGAIN:
            // A process that shares the terminal may have made it non-blocking: wait until it is writable.
            var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&state, 1, 1000)
        default: throw ConsoleError.unwritableOutput(reason: String(cString: strerror(code)))
        }
    }
}
