import Foundation

/// A terminal that is nobody's: what is written to it can be read back.
final class PseudoTerminal: Sendable {
    struct Unavailable: Error {}

    /// The end a program writes to; a terminal.
    let descriptor: Int32
    private let controller: Int32

    init(columns: UInt16 = 60) throws {
        controller = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        guard let name = Self.unlockedName(of: controller) else { throw Unavailable() }
        descriptor = open(name, O_RDWR | O_NOCTTY)
        guard descriptor >= 0 else { throw Unavailable() }
        var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
        _ = fcntl(controller, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(descriptor)
        close(controller)
    }

    /// As many bytes as a text has, once they have come through, to be compared with it.
    func read(like text: String) -> String {
        var found = ""
        let end = ContinuousClock.now + .seconds(300)
        while found.utf8.count < text.utf8.count, ContinuousClock.now < end {
            var event = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
            _ = poll(&event, 1, 100)
            found += read()
        }
        return found
    }

    /// Whether exactly this text was written since the last call.
    func reads(_ text: String) -> Bool { read(like: text) == text }

    /// What was written since the last call, with the terminal's own carriage returns.
    func read() -> String {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = Foundation.read(controller, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    #if os(Linux)
        /// `unlockpt` and `ptsname` by hand: Swift does not see Glibc's own.
        private static func unlockedName(of controller: Int32) -> String? {
            let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
            var (isLocked, number): (Int32, UInt32) = (0, 0)
            guard ioctl(controller, setLock, &isLocked) == 0,
                ioctl(controller, getNumber, &number) == 0
            else { return nil }
            return "/dev/pts/\(number)"
        }
    #else
        private static func unlockedName(of controller: Int32) -> String? {
            guard grantpt(controller) == 0, unlockpt(controller) == 0 else { return nil }
            return ptsname(controller).map { String(cString: $0) }
        }
    #endif
}
