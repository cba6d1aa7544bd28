import CommandKit
import FaceReport
import FaceRuns
import FaceStudy
import Foundation
import Spelling

let studyCommand = Command(
    "study", "Work with the folders of studies.", subcommands: [joinCommand, statusCommand])

private let joinCommand = Command(
    "join", "Add the runs of other studies to one, e.g. from several machines.",
    discussion: """
        The runs must be compatible: the same settings, test sets, precision and kind of device, and \
        the same data under the same names. They may differ in seeds, losses, backbones and training \
        sets. Everything is checked before anything is copied, and existing runs are \
        left out. The other studies are only read.
        """,
    positionals: [
        Positional("study", "the study's folder, or a new one", completion: .folders),
        Positional(
            "other", "a study whose runs are to be joined", isRepeating: true, completion: .folders),
    ],
    options: [Option("--json", .flag, "write the results as JSON to standard output")],
    examples: ["facet study join studies/all studies/machine-1 studies/machine-2"]
) { arguments in
    let target = URL(fileURLWithPath: arguments.positional("study") ?? ".")
    let sources = arguments.positionals("other").map { URL(fileURLWithPath: $0) }
    let interrupt = try Interrupt.untilSaved()
    do {
        let outcome = try StudyJoin(target, sources: sources).run { interrupt.isRequested }
        Console.note(
            "\(counted(outcome.added.count, "run")) added"
                + (outcome.known.isEmpty
                    ? "" : ", \(counted(outcome.known.count, "run")) there already"))
    } catch FaceStudyError.interrupted {
        return interrupt.goodbye
    }
    try writeReport(
        Report(
            study: target, pictures: TestPictures(StudyFolder(target)).jpeg(of:in:)),
        json: arguments.has("--json"))
    return .success
}
