import CommandKit
import FaceRuns
import FaceStudy
import Foundation

let reproduceCommand = Command(
    "reproduce", "Repeat a run and check whether the result is identical, bit for bit.",
    discussion: """
        The run's folder contains everything except the images, whose content must be unchanged. \
        The folder itself is only read. On another machine or with other versions the last digits \
        may differ; the first differing step is then reported.
        """,
    positionals: [Positional("run", "the run's folder", completion: .folders)],
    options: [
        Option(
            "--output", .value("FOLDER"),
            "a new folder for the repeated run; default: the run's name plus -reproduced, here"),
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
            Console.outputWrapped(result.text)
        }
        return result.isSame ? .success : .failure
    } catch FaceStudyError.interrupted {
        printer.finish()
        return interrupt.goodbye
    }
}
