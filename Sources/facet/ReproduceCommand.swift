import CommandKit
import FaceRuns
import FaceStudy
import Foundation

let reproduceCommand = Command(
    "reproduce", "Makes a run again and says whether it comes out the same, bit for bit.",
    discussion: """
        The run's folder holds all that is needed but the images, whose content must be the same. \
        The folder itself is only read. On another machine or with other versions the last digits \
        may differ; then the first step that differs is named.
        """,
    positionals: [Positional("run", "the run's folder", completion: .folders)],
    options: [
        Option(
            "--output", .value("FOLDER"),
            "a fresh folder for the new run; default: the run's name with -reproduced, here"),
        Option("--json", .flag, "write the comparison as JSON to standard output"),
    ],
    examples: ["facet reproduce studies/mine/runs/NAME"]
) { arguments in
    let interrupt = try Interrupt.untilSaved()
    let url = URL(fileURLWithPath: arguments.positional("run") ?? "")
    let output = URL(
        fileURLWithPath: arguments.value("--output") ?? "\(url.lastPathComponent)-reproduced")
    let printer = StudyPrinter()
    let reproduction = try Reproduction(of: RunFolder(url), in: output)
    do {
        let result = try reproduction.run(.command(interrupt, printer))
        printer.finish()
        if arguments.has("--json") {
            try Console.standard.writeJSON(result)
        } else {
            Console.output(result.text)
        }
        return result.isSame ? .success : .failure
    } catch FaceStudyError.interrupted {
        printer.finish()
        return interrupt.goodbye
    }
}
