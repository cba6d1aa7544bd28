import FaceRuns
import Foundation
import Testing

@Suite("facet compare --serve", .serialized)
struct ServeTests {
    /// A study that is served, with what its address is.
    private func serve(
        in folder: URL, epochs: Int, options: [String] = ["--serve", "--losses", "softmax"],
        _ body: (Tool.Running, UInt16, StudyFolder) throws -> Void
    ) throws {
        let faces = try TinyFaces(in: folder)
        let running = try Tool(folder: folder).start(
            ["compare"] + faces.options + TinyFaces.fast + [
                "--epochs", "\(epochs)", "--output", "study", "--port", "0",
            ] + options)
        defer {
            running.process.terminate()
            running.process.waitUntilExit()
        }
        var port: UInt16?
        while running.process.isRunning, port == nil {
            port = try running.said().firstMatch(
                of: /live report: http:\/\/127\.0\.0\.1:(\d+)\//
            ).flatMap { UInt16($0.1) }
            usleep(10_000)
        }
        let study = StudyFolder(folder.appendingPathComponent("study"))
        try body(running, #require(port), study)
    }

    /// The page once it says something: another process draws it, when nothing else wants the processor.
    private func page(
        of running: Tool.Running, _ port: UInt16, saying text: String
    ) throws -> String {
        let end = ContinuousClock.now + .seconds(300)
        var page = try get(port, "/")
        while running.process.isRunning, !page.contains(text), ContinuousClock.now < end {
            usleep(20_000)
            page = try get(port, "/")
        }
        return page
    }

    private func version(_ state: String) -> Int {
        state.firstMatch(of: /"version":(\d+)/).flatMap { Int($0.1) } ?? -1
    }

    @Test("The page follows the study")
    func follows() throws {
        try withFolder { folder in
            // It is ended when all was seen.
            try serve(in: folder, epochs: 10_000) { running, port, study in
                let early = try page(of: running, port, saying: "</html>")
                #expect(early.contains("</html>"))
                #expect(try get(port, "/live.js").contains("DOMParser"))
                #expect(try get(port, "/nowhere").hasPrefix("HTTP/1.1 404"))
                let first = version(try get(port, "/state"))
                while running.process.isRunning, version(try get(port, "/state")) < first + 3 {
                    usleep(20_000)
                }
                let state = try get(port, "/state")
                #expect(state.contains("\"isOver\":false") && state.contains("softmax"))
                let page = try page(of: running, port, saying: "MobileNetV1")
                #expect(page.contains("<script src=\"/live.js\" defer=\"defer\"></script></head>"))
                #expect(page.contains("MobileNetV1"))
                #expect(!page.contains("http://") || page.contains("http://www.w3.org"))
            }
        }
    }

    @Test("An open page hears that the study is over, and the command ends")
    func ends() throws {
        try withFolder { folder in
            try serve(in: folder, epochs: 2) { running, port, study in
                var last = ""
                while running.process.isRunning, !last.contains("\"isOver\":true") {
                    last = (try? get(port, "/state")) ?? last
                    usleep(5000)
                }
                #expect(last.contains("\"isOver\":true"), "\(last)")
                let goodbye = try get(port, "/bye")
                #expect(goodbye.hasPrefix("HTTP/1.1 204"))
                running.process.waitUntilExit()
                #expect(running.process.terminationStatus == 0)
            }
        }
    }

    @Test("The page knows the plan, and stays after the study press Ctrl-C to stop")
    func keepsServing() throws {
        let options = ["--keep-serving", "--losses", "softmax,arcface", "--seeds", "2"]
        try withFolder { folder in
            try serve(in: folder, epochs: 1, options: options) { running, port, study in
                var states: [String] = []
                while running.process.isRunning, states.last?.contains("\"isOver\":true") != true {
                    states.append(try get(port, "/state"))
                    usleep(20_000)
                }
                #expect(states.allSatisfy { $0.contains("\"planned\":4") })
                let last = try #require(states.last)
                #expect(last.contains("\"finished\":4") && last.contains("\"failed\":0"))
                #expect(last.contains("\"fraction\":1"))
                #expect(last.contains("\"study\":\"4 finished of 4\""))
                _ = try get(port, "/bye")
                while running.process.isRunning,
                    try !running.said().contains("press Ctrl-C to stop")
                {
                    usleep(20_000)
                }
                #expect(running.process.isRunning)
                let page = try page(of: running, port, saying: "4 runs: 4 finished.")
                #expect(page.contains("4 runs: 4 finished.") && !page.contains("<script>"))
                #expect(try get(port, "/page.js").contains("querySelectorAll"))
                running.process.interrupt()
                running.process.waitUntilExit()
                #expect(running.process.terminationStatus == 0)
            }
        }
    }

    @Test("A page whose drawing is killed says so, and the study continues to its end")
    func killedDrawing() throws {
        try withFolder { folder in
            try serve(in: folder, epochs: 60) { running, port, study in
                var page = ""
                while running.process.isRunning, !page.contains("could not be rendered") {
                    let answer = Answer()
                    Thread.detachNewThread { answer.end((try? get(port, "/")) ?? "") }
                    while !answer.isThere {
                        for drawing in drawings(of: study) { kill(drawing, SIGKILL) }
                        usleep(2000)
                    }
                    page = answer.text
                }
                #expect(page.contains("could not be rendered"), "\(page)")
                #expect(page.contains("signal 9") && page.contains("The study continues."))
                // The next version is drawn as if nothing had been.
                let killed = version(try get(port, "/state"))
                while running.process.isRunning, version(try get(port, "/state")) == killed {
                    usleep(5000)
                }
                running.process.waitUntilExit()
                #expect(running.process.terminationStatus == 0)
                #expect(try study.runs().allSatisfy { try $0.readResult()?.status == .finished })
            }
        }
    }

    private static let chromium = ProcessInfo.processInfo.environment["FACET_CHROMIUM"]

    @Test(
        "A browser shows the page without an error",
        .enabled(if: chromium != nil, "Set FACET_CHROMIUM to a browser."))
    func browser() throws {
        try withFolder { folder in
            try serve(in: folder, epochs: 200) { running, port, study in
                while running.process.isRunning, version(try get(port, "/state")) < 3 {
                    usleep(20_000)
                }
                let process = Process()
                process.executableURL = URL(fileURLWithPath: Self.chromium ?? "")
                process.arguments = [
                    "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
                    "--virtual-time-budget=5000", "--dump-dom", "http://127.0.0.1:\(port)/",
                    "--user-data-dir=\(folder.path)/browser",
                ]
                let (output, log) = (Pipe(), folder.appendingPathComponent("browser.log"))
                try Data().write(to: log)
                process.standardOutput = output
                process.standardError = try FileHandle(forWritingTo: log)
                try process.run()
                let data = output.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                let page = String(decoding: data, as: UTF8.self)
                #expect(page.contains("id=\"live\"") && page.contains("data-version="))
                #expect(page.contains("<svg"))
                let messages = try String(contentsOf: log, encoding: .utf8)
                #expect(!messages.contains("CONSOLE"), "\(messages)")
            }
        }
    }
}

/// What a thread was answered.
private final class Answer: @unchecked Sendable {
    // Sound because it is reached only while `lock` is held.
    private let lock = NSLock()
    private var found: String?

    func end(_ text: String) { lock.withLock { found = text } }

    var isThere: Bool { lock.withLock { found != nil } }
    var text: String { lock.withLock { found ?? "" } }
}

/// The processes that draw the page of a study.
private func drawings(of study: StudyFolder) -> [pid_t] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { pid_t($0) }.filter { process in
        let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
        let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.dropFirst().first == "--draw-live-page" && words.count > 2
            && words[2].hasSuffix(study.url.path)
    }
}

/// Asks this machine for a page; gives the answer with its head.
private func get(_ port: UInt16, _ path: String) throws -> String {
    struct Refused: Error {}
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isConnected = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, length) == 0
        }
    }
    guard isConnected else { throw Refused() }
    let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n".utf8)
    _ = send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = recv(descriptor, &chunk, chunk.count, 0), count > 0 {
        all += chunk[..<count]
    }
    return String(decoding: all, as: UTF8.self)
}
