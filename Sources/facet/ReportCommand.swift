import CommandKit
import FaceReport
import FaceRuns
import Foundation

let reportCommand = Command(
    "report", "Writes the report of a study from its run folders.",
    discussion: """
        Writes index.html (one file that opens offline), report.md and results.csv. It works while \
        a study is running as well.
        """,
    positionals: [Positional("study", "the study's folder")],
    options: [
        Option(
            "--output", .value("FOLDER"), "where to write; default: report in the study's folder"),
        Option("--title", .value("TEXT"), "heading of the report"),
        Option("--json", .flag, "write the results as JSON to standard output"),
    ],
    examples: ["facet report studies/quick"]
) { arguments in
    let study = URL(fileURLWithPath: arguments.positional("study") ?? ".")
    let report = Report(
        study: study, title: arguments.value("--title") ?? Report.defaultTitle,
        destination: arguments.value("--output").map { URL(fileURLWithPath: $0) })
    try writeReport(report, json: arguments.has("--json"))
    return .success
}

/// Writes a report's files, prints its table and says where it is.
func writeReport(_ report: Report, json: Bool) throws {
    let files = try report.write()
    let table = try ResultsTable(report.study)
    Console.output(json ? try table.json() : table.text)
    if let page = files.first { Console.remark("report: \(page.path)") }
}
