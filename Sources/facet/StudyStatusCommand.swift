import CommandKit
import FaceRuns
import FaceStudy
import Foundation
import SafeFiles
import Spelling

let statusCommand = Command(
    "status", "Show the state of a study: its runs, who works on them, and the time left.",
    discussion: """
        Only reads the folder, so it can be used at any time and on any machine with access to it. A process on \
        another machine counts as working until its lease is taken over, a minute after it has ended.
        """,
    positionals: [Positional("study", "the study's folder", completion: .folders)],
    options: [Option("--json", .flag, "write the same as JSON to standard output")],
    examples: ["facet study status studies/casia"]
) { arguments in
    let folder = StudyFolder(URL(fileURLWithPath: arguments.positional("study") ?? "."))
    let status = try StudyStatus(folder)
    guard !status.runs.isEmpty || !status.tries.isEmpty || !status.workers.isEmpty else {
        throw FaceStudyError.noRuns(path: folder.url.path)
    }
    if arguments.has("--json") {
        try Console.standard.writeJSON(status)
    } else {
        Console.outputWrapped(status.text)
    }
    return .success
}

extension StudyStatus {
    /// The status as text.
    var text: String {
        var lines = runs.map(\.text)
        if !tries.isEmpty {
            let over = tries.count { $0.state == .finished || $0.state == .failed }
            lines.append(
                "tuning: \(over) of \(counted(tries.count, "begun try", "begun tries")) over")
            lines += tries.filter { $0.state == .running }.map(\.text)
        }
        let states: [State] = [.finished, .running, .failed, .interrupted, .planned]
        let counts = states.compactMap { state in
            let count = runs.count { $0.state == state }
            return count > 0 ? "\(count) \(state.rawValue)" : nil
        }
        lines.append(([counted(runs.count, "run")] + counts).joined(separator: ", "))
        if let secondsLeft, secondsLeft > 0 { lines.append("about \(duration(secondsLeft)) left") }
        lines.append(
            workers.isEmpty
                ? "no process works on it"
                : "workers: " + workers.map(\.description).joined(separator: ", "))
        return lines.joined(separator: "\n")
    }
}

extension StudyStatus.Run {
    fileprivate var text: String {
        var parts = [state.rawValue]
        if let epochsPlanned { parts.append("epoch \(epochs) of \(epochsPlanned)") }
        if let accuracy { parts.append(String(format: "%.2f %%", accuracy * 100)) }
        if let holder { parts.append(holder.description) }
        if let message { parts.append(message) }
        return "\(name): \(parts.joined(separator: ", "))"
    }
}
