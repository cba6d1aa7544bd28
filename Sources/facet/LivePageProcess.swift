import FaceReport
import FaceRuns
import FaceStudy
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Renders a study's report in a separate process while the study runs.
///
/// Rendering takes seconds and memory, and reads run folders and pictures of any origin. In the training
/// process, a crash would end the training, and the work would slow it down; in a separate process a crash
/// is harmless, it has the lowest priority, and it is killed first if memory runs out.
enum LivePageProcess {
    /// First word of the command line of such a process; not a user command.
    private static let word = "--draw-live-page"
    /// Timeout in seconds.
    private static let timeout = 120.0

    /// The outcome of rendering.
    enum Outcome {
        case page(String)
        /// The reason why there is no page, as a clause.
        case failed(String)
    }

    // MARK: The study's side

    /// Renders the page of a study in another process, and waits for it.
    static func draw(_ study: URL, _ scope: StudyScope, rope: Double) -> Outcome {
        guard let program = Bundle.main.executableURL else {
            return .failed("the path of the program is unknown")
        }
        let process = Process()
        let output = Pipe()
        process.executableURL = program
        process.arguments = [word, study.path, "\(scope.runs)", "\(scope.seeds)", "\(rope)"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            return .failed("no process could be started (\(error.localizedDescription))")
        }
        let limit = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + timeout, execute: limit)
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        limit.cancel()
        return outcome(process, text)
    }

    private static func outcome(_ process: Process, _ text: String) -> Outcome {
        guard process.terminationReason == .exit else {
            return .failed(
                "the process that renders it ended with signal \(process.terminationStatus)")
        }
        switch process.terminationStatus {
        case 0: return .page(text)
        case 1: return .failed(text)
        case let code: return .failed("the process that renders it ended with code \(code)")
        }
    }

    // MARK: The other side

    /// Renders the page to standard output if the command line requests it, and returns the exit code; nil
    /// for any other command line.
    static func run(_ words: [String]) -> Int32? {
        guard words.count == 5, words[0] == word, let runs = Int(words[2]),
            let seeds = Int(words[3]), let rope = Double(words[4])
        else { return nil }
        lowerPriority()
        let study = StudyFolder(URL(fileURLWithPath: words[1]))
        let report = Report(
            study: study.url, pictures: TestPictures(study).jpeg(of:in:),
            scope: StudyScope(runs: runs, seeds: seeds), rope: rope)
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(report.render().html.utf8))
            return 0
        } catch FaceReportError.noRuns(_, damaged: 0) {
            try? FileHandle.standardOutput.write(contentsOf: Data(LivePage.waiting.utf8))
            return 0
        } catch {
            try? FileHandle.standardOutput.write(contentsOf: Data("\(error)".utf8))
            return 1
        }
    }

    /// Yields to the training: sets the lowest priority, and makes this process the first to be killed if
    /// memory runs out.
    private static func lowerPriority() {
        #if canImport(Glibc)
            // The C function takes an int, but its constant is imported as an enumeration.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
        #else
            _ = setpriority(PRIO_PROCESS, 0, 19)
        #endif
        try? Data("1000".utf8).write(to: URL(fileURLWithPath: "/proc/self/oom_score_adj"))
    }
}
