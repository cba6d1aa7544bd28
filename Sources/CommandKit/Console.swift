import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where a command's words go: results to standard output, everything else to standard error.
public enum Console {
    /// Writes a result.
    public static func output(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    /// Writes a remark, a warning or an error.
    public static func remark(_ text: String) {
        write(text + "\n", to: STDERR_FILENO)
    }

    /// Whether standard error is a terminal that redraws lines.
    public static var isTerminal: Bool {
        isatty(STDERR_FILENO) == 1
            && ProcessInfo.processInfo.environment["TERM"].map { $0 != "dumb" } ?? false
    }

    /// Columns of the terminal; 100 where there is none.
    public static var width: Int {
        var size = winsize()
        let found = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return found ? min(Int(size.ws_col), 120) : 100
    }

    /// Writes all bytes, or none once nobody reads any more.
    static func write(_ text: String, to file: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { buffer in
                #if canImport(Darwin)
                    Darwin.write(file, buffer.baseAddress, buffer.count)
                #elseif canImport(Musl)
                    Musl.write(file, buffer.baseAddress, buffer.count)
                #else
                    Glibc.write(file, buffer.baseAddress, buffer.count)
                #endif
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
