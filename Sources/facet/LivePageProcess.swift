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

/// Draws a study's report in a process of its own, while the study runs in another.
///
/// Drawing takes seconds and memory, reads whatever is in the run folders, and shows pictures of any
/// origin. In the process that trains, a crash would end the training and the work would slow it down;
/// here it ends nothing, runs when no other process wants the processor, and is the first to go when
/// memory runs out.
enum LivePageProcess {
    /// First word of the command line of such a process; no command of the user's.
    private static let word = "--draw-live-page"
    /// Seconds after which a page counts as one that cannot be drawn.
    private static let longest = 120.0

    /// The outcome of a drawing.
    enum Outcome {
        case page(String)
        /// Why there is none, as a clause.
        case failed(String)
    }

    // MARK: The study's side

    /// Has the page of a study drawn, and waits for it.
    static func draw(_ study: URL, _ scope: StudyScope, rope: Double) -> Outcome {
        guard let program = Bundle.main.executableURL else {
            return .failed("the program does not know its own file")
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
        DispatchQueue.global().asyncAfter(deadline: .now() + longest, execute: limit)
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        limit.cancel()
        return outcome(process, text)
    }

    private static func outcome(_ process: Process, _ text: String) -> Outcome {
        guard process.terminationReason == .exit else {
            return .failed(
                "the process that draws it ended with signal \(process.terminationStatus)")
        }
        switch process.terminationStatus {
        case 0: return .page(text)
        case 1: return .failed(text)
        case let code: return .failed("the process that draws it ended with code \(code)")
        }
    }

    // MARK: The other side

    /// Draws the page onto standard output where the command line asks for it, and gives the exit
    /// code; nil for every other command line.
    static func run(_ words: [String]) -> Int32? {
        guard words.count == 5, words[0] == word, let runs = Int(words[2]),
            let seeds = Int(words[3]), let rope = Double(words[4])
        else { return nil }
        standBack()
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

    /// Gives way to the training: the lowest priority, and first to be ended for lack of memory.
    private static func standBack() {
        #if canImport(Glibc)
            // The C library's function takes an int, and its constant is of an enumeration.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
        #else
            _ = setpriority(PRIO_PROCESS, 0, 19)
        #endif
        try? Data("1000".utf8).write(to: URL(fileURLWithPath: "/proc/self/oom_score_adj"))
    }
}
